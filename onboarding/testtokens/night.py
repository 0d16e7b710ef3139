"""When it is night: hours that every date has once, in the zone that people see.

Summer time begins and ends between two and three o'clock, so a night that begins after three is
neither left out in spring nor comes twice in autumn.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from django.utils import timezone

BEGINS: Final = time(3, 23)
# Whoever was away at night is not checked while people work with the API.
ENDS: Final = time(6)


def began(at: datetime) -> datetime | None:
    """Return when the night began that it is now, None by day."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    if not BEGINS <= local.time() < ENDS:
        return None
    return local.replace(hour=BEGINS.hour, minute=BEGINS.minute, second=0, microsecond=0)
