"""Where a key came from, how it fares, and what may be done about the keys of a client."""

from enum import StrEnum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _

from onboarding.clients.states import Status


class Origin(models.TextChoices):
    BROWSER = "browser", _("laget i nettleseren")
    UPLOAD = "upload", _("lastet opp")
    PORTAL = "portal", _("laget av portalen")
    API = "api", _("registrert av programvaren")


class KeyState(models.TextChoices):
    """What people see; worked out from a key's times, never stored."""

    UNPROVED = "unproved", _("Ikke verifisert")
    PROVED = "proved", _("Verifisert")
    ACTIVE = "active", _("I bruk")
    REVOKED = "revoked", _("Sperret")
    EXPIRED = "expired", _("Utløpt")


USABLE = frozenset({KeyState.UNPROVED, KeyState.PROVED, KeyState.ACTIVE})


class MakingState(models.TextChoices):
    """What people see of a key that the portal makes; worked out from its row, never stored."""

    QUEUED = "queued", _("I kø")
    RUNNING = "running", _("Pågår")
    READY = "ready", _("Klar til å hentes")
    DELIVERED = "delivered", _("Hentet")
    EXPIRED = "expired", _("Utløpt")
    FAILED = "failed", _("Feilet")


class Action(StrEnum):
    SET_UP = auto()
    REGISTER = auto()
    REQUEST = auto()
    PROVE = auto()
    REVOKE = auto()


# In which states of the client each may be done. A key that the portal makes is tested while its
# private half is there, which takes an active client.
POSSIBLE: dict[Action, frozenset[Status]] = {
    Action.SET_UP: frozenset({Status.DRAFT}),
    Action.REGISTER: frozenset({Status.DRAFT, Status.ACTIVE, Status.STOPPED}),
    Action.REQUEST: frozenset({Status.ACTIVE}),
    Action.PROVE: frozenset({Status.ACTIVE, Status.STOPPED}),
    Action.REVOKE: frozenset({Status.ACTIVE, Status.STOPPED}),
}
