"""What many tests share: the time it is in them, and the headers that htmx sends."""

from datetime import UTC, datetime

NOON = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
