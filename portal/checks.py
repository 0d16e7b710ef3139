"""What `manage.py check --deploy` says of this portal's own settings, beside Django's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register

from portal.environment import LOCAL_HOSTS


@register(Tags.security, deploy=True)
def demo_stays_at_home(app_configs: object, **kwargs: Any) -> list[Error]:
    """The demo lets anybody in as anybody: never where others than its owner can reach it."""
    if not settings.DEMO or urlsplit(settings.BASE_URL).hostname in LOCAL_HOSTS:
        return []
    return [
        Error(
            f"DEMO=1 lets whoever reaches {settings.BASE_URL} log in without proving anything.",
            hint="Set DEMO=0.",
            id="portal.E001",
        )
    ]


@register(Tags.security, deploy=True)
def workers_call_nobody_inside(app_configs: object, **kwargs: Any) -> list[Error]:
    """What the workers may call past the rules for addresses is this portal, and nothing else."""
    others = sorted(set(settings.EGRESS_OWN_ORIGINS) - {settings.BASE_URL})
    if not others:
        return []
    return [
        Error(
            f"EGRESS_OWN_ORIGINS lets suppliers have workers call {', '.join(others)}.",
            hint="Leave BASE_URL alone in it.",
            id="portal.E002",
        )
    ]
