"""Who may say where an organisation is reached, follow changes and acknowledge them. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import ChangeNotice, ContactPoint
from onboarding.suppliers.rules.approval import belongs
from onboarding.suppliers.rules.people import Gone, needs
from onboarding.suppliers.states import Role

# How long the link to an address works, and how many addresses one organisation may have.
LIFETIME = timedelta(days=7)
MOST = 20


def may_write(actor: Actor, organization_id: int) -> bool:
    """Say whether the actor may change something for the organisation in any environment."""
    return any(actor.has(Role.WRITER, organization_id, each) for each in Environment)


def check_write(actor: Actor, organization_id: int) -> None:
    """Return if the actor may change the contact points; raise NotPermitted."""
    if not may_write(actor, organization_id):
        raise NotPermitted(needs(Role.WRITER))


def check_room(count: int) -> None:
    """Return unless an organisation has as many contact points as it may; NotPossibleNow."""
    if count >= MOST:
        raise NotPossibleNow(
            _("Dere har %(count)d kontaktpunkter, og flere går ikke.") % {"count": count}
        )


def check_link(point: ContactPoint | None, at: datetime) -> ContactPoint:
    """Return the contact point whose link may be used; raise Gone."""
    if point is None or point.asked_at + LIFETIME <= at:
        raise Gone(_("Lenken er for gammel, eller avløst av en nyere. Be om en ny."))
    return point


def check_follow(actor: Actor, organization_id: int) -> None:
    """Return if the actor may follow changes for the organisation; raise NotPermitted."""
    if actor.user_id is None or not belongs(actor, organization_id):
        raise NotPermitted(_("Bare de som er med i virksomheten, kan følge endringer for den."))


def check_acknowledge(actor: Actor, organization_id: int, change: ChangeNotice) -> None:
    """Return if the actor may take note of a change for the organisation; raise NotPermitted."""
    check_follow(actor, organization_id)
    if change.published_at is None:
        raise NotPossibleNow(_("Varselet er ikke publisert."))


def check_publish(actor: Actor) -> None:
    """Return if the actor may announce changes; raise NotPermitted."""
    if not actor.is_operator:
        raise NotPermitted(_("Bare en forvalter på plattformen kan varsle om endringer."))


def check_draft(change: ChangeNotice) -> None:
    """Return if a notice may still change; raise NotPossibleNow."""
    if change.published_at:
        raise NotPossibleNow(_("Varselet er publisert og endres ikke mer. Lag et nytt."))
