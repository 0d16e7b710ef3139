"""The verbs of webhooks, by noun: addresses, the feed from the log, deliveries."""

from onboarding.webhooks.services.delivering import (
    deliver,
    forget,
    replay,
    replay_failed,
    send_test,
    sweep,
)
from onboarding.webhooks.services.endpoints import add, change, remove, rotate, start, stop
from onboarding.webhooks.services.feed import BATCH, announce_expiring, fan_out

__all__ = [
    "BATCH",
    "add",
    "announce_expiring",
    "change",
    "deliver",
    "fan_out",
    "forget",
    "remove",
    "replay",
    "replay_failed",
    "rotate",
    "send_test",
    "start",
    "stop",
    "sweep",
]
