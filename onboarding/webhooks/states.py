"""How a webhook address fares, and how patient deliveries are, as data."""

from datetime import timedelta
from enum import StrEnum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stopped(models.TextChoices):
    """Why nothing is sent to an address."""

    PERSON = "person", _("Slått av")
    FAILING = "failing", _("Slått av av portalen")
    GONE = "gone", _("Mottakeren sa 410")


class Action(StrEnum):
    CHANGE = auto()
    TEST = auto()
    ROTATE = auto()
    STOP = auto()
    START = auto()
    REMOVE = auto()
    REPLAY = auto()


# How long to wait after each try that failed: a good day in all, then the delivery has failed.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
JITTER = 0.2  # of each pause, either way: what failed together does not come back together
# What a receiver may ask for with Retry-After: no longer than the longest pause.
LONGEST_WAIT = max(PAUSES)
# An address that has taken nothing for so long is stopped, and its owners are told.
STOPPED_AFTER = timedelta(days=5)
# Both secrets sign for so long after a change.
OVERLAP = timedelta(hours=24)
KEPT = timedelta(days=30)
MOST_ENDPOINTS = 10
# Of one address at a time; one that fails is tried with one.
AT_ONCE = 4
