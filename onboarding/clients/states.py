"""The life of a client configuration and of its access to a scope, as data."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from onboarding.jose.assertion import ASSERTION_REUSE, AUDIENCE_ENDPOINT, IAT_STRING, NO_DPOP


class Status(models.TextChoices):
    DRAFT = "draft", _("Kladd")
    ACTIVE = "active", _("Aktiv")
    STOPPED = "stopped", _("Stanset")
    DISCARDED = "discarded", _("Forkastet")


# What has never been in use: whoever fills it in is the only one it concerns.
UNFINISHED = (Status.DRAFT, Status.DISCARDED)


class Leniency(models.TextChoices):
    """Old habits that a client in test may be allowed by name; the engine knows these names."""

    AUDIENCE_ENDPOINT = AUDIENCE_ENDPOINT, _("Tokenendepunktet som mottaker (aud)")
    IAT_STRING = IAT_STRING, _("Tidspunktet iat som tekst")
    ASSERTION_REUSE = ASSERTION_REUSE, _("Samme client assertion i svaret på en nonce")
    NO_DPOP = NO_DPOP, _("Ingen DPoP")


class Action(StrEnum):
    FILL_IN = auto()
    DISCARD = auto()
    FINISH = auto()
    STOP = auto()
    RESUME = auto()


class Step(NamedTuple):
    sources: frozenset[Status]
    target: Status


STEPS: dict[Action, Step] = {
    Action.FILL_IN: Step(frozenset({Status.DRAFT}), Status.DRAFT),
    Action.DISCARD: Step(frozenset({Status.DRAFT}), Status.DISCARDED),
    Action.FINISH: Step(frozenset({Status.DRAFT}), Status.ACTIVE),
    Action.STOP: Step(frozenset({Status.ACTIVE}), Status.STOPPED),
    Action.RESUME: Step(frozenset({Status.STOPPED}), Status.ACTIVE),
}


class Access(models.TextChoices):
    """What the API's owner has said about one scope for one client."""

    OK = "ok", _("Klar til bruk")
    PENDING = "pending", _("Venter på API-eier")
    DECLINED = "declined", _("Ikke godkjent")


class Decision(StrEnum):
    APPROVE = auto()
    DECLINE = auto()


class DecisionStep(NamedTuple):
    sources: frozenset[Access]
    target: Access


# An owner may change his mind either way; a client that lost a scope gets no new tokens for it.
DECISIONS: dict[Decision, DecisionStep] = {
    Decision.APPROVE: DecisionStep(frozenset({Access.PENDING, Access.DECLINED}), Access.OK),
    Decision.DECLINE: DecisionStep(frozenset({Access.PENDING, Access.OK}), Access.DECLINED),
}


class KeyWay(models.TextChoices):
    """How the client gets its first key."""

    BROWSER = "browser", _("Lag nøkkel i nettleseren")
    UPLOAD = "upload", _("Last opp offentlig nøkkel")
    PORTAL = "portal", _("La portalen lage nøkkelen")


class TokenLife(models.IntegerChoices):
    """How many seconds access tokens of a client in test may live, where that is chosen.

    A client that caches well asks for a token when the last one is used up: with short lives it
    shows so in minutes.
    """

    SHORT = 60, _("60 sekunder")
    USUAL = 600, _("10 minutter")


class DraftStatus(models.TextChoices):
    """The answer to a draft that software made for a customer."""

    WAITING = "waiting", _("Venter på bekreftelse")
    CONFIRMED = "confirmed", _("Bekreftet")
    DECLINED = "declined", _("Avslått")


class DraftState(models.TextChoices):
    """What people see of it; worked out from status and time, never stored."""

    WAITING = "waiting", _("Venter på bekreftelse")
    CONFIRMED = "confirmed", _("Bekreftet")
    DECLINED = "declined", _("Avslått")
    EXPIRED = "expired", _("Utløpt")


class Answer(StrEnum):
    CONFIRM = auto()
    DECLINE = auto()


ANSWERS: dict[Answer, DraftStatus] = {
    Answer.CONFIRM: DraftStatus.CONFIRMED,
    Answer.DECLINE: DraftStatus.DECLINED,
}
