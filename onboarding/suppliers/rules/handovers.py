"""Who may make a link that hands work over, and who may follow it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from onboarding.core.formats import moment
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import HandOver
from onboarding.suppliers.rules.approval import administers, belongs
from onboarding.suppliers.rules.people import Gone
from onboarding.suppliers.states import NEEDS, Errand, Need, Role

LIFETIME = timedelta(days=7)
MOST_A_DAY = 20


def check_make(errand: Errand, actor: Actor, organization_id: int) -> None:
    """Return if the actor may hand this over to the organisation; raise NotPermitted.

    Its members may. An access request is handed to the API's owner, who is somebody else.
    """
    if actor.user_id is None:
        raise NotPermitted(_("Bare en person som er logget inn, kan lage en slik lenke."))
    if errand != Errand.CONSENT and not belongs(actor, organization_id):
        raise NotPermitted(_("Bare de som er med i virksomheten, kan lage en slik lenke."))


def check_pace(made_last_day: int) -> None:
    """Return unless a person has made as many as anyone may in 24 hours; NotPossibleNow."""
    if made_last_day >= MOST_A_DAY:
        raise NotPossibleNow(
            _("Du har laget %(count)d lenker det siste døgnet, og flere går ikke.")
            % {"count": made_last_day}
        )


def check_standing(handover: HandOver, at: datetime) -> None:
    """Return if the link still works; raise Gone with the words for how it ended."""
    words = {"person": handover.created_by.name}
    if handover.used_at:
        raise Gone(_("Lenken er brukt. Hver lenke virker én gang. Be %(person)s om en ny.") % words)
    if handover.ends_at <= at:
        raise Gone(
            _("Lenken gikk ut %(time)s. Be %(person)s om en ny.")
            % (words | {"time": moment(handover.ends_at, now=at)})
        )


def may_follow(handover: HandOver, actor: Actor) -> bool:
    """Say whether the actor holds what the errand takes."""
    need = NEEDS[Errand(handover.errand)]
    if need == Need.SIGN:
        return handover.organization_id in actor.binds
    if need == Need.ADMINISTER:
        return administers(actor, handover.organization_id)
    if need == Need.GRANT:
        return actor.has(Role.ADMIN, handover.organization_id, handover.environment)
    return actor.has(Role.WRITER, handover.organization_id, handover.environment)


def check_follow(handover: HandOver, actor: Actor, people: str) -> None:
    """Return if the actor may do the errand; raise NotPermitted that says what is missing.

    `people` are those who can give it. Who does not belong to the organisation is told no names.
    """
    if may_follow(handover, actor):
        return
    need = NEEDS[Errand(handover.errand)]
    missing = {
        Need.SIGN: _("Dette krever signaturrett i virksomheten."),
        Need.ADMINISTER: _("Dette krever rollen «administrator» i virksomheten."),
        Need.GRANT: _("Dette krever rollen «administrator» i det miljøet."),
        Need.WRITE: _("Dette krever skrivetilgang i virksomheten."),
    }[need]
    if people and belongs(actor, handover.organization_id):
        missing += " " + _("%(people)s kan gi deg det.") % {"people": people}
    raise NotPermitted(missing)
