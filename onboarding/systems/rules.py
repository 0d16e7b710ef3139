"""Who may change client systems, and when. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules import check_right, may
from onboarding.suppliers.states import Right
from onboarding.systems.content import Content, problems
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import Step

MOST_PACKAGES = 50  # in use at once, of one client system
MOST_KEYS = 20  # automation keys in use at once, for one client system


class Stale(NotPossibleNow):
    """Somebody else has saved the same step meanwhile."""


def may_write(actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may make and change the organization's systems there."""
    return may(Right.SYSTEMS, actor, organization_id, environment)


def check_write(actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted unless the actor may write for the system's owner."""
    may_not = _("Det krever skrivetilgang. En administrator i virksomheten kan gi deg den.")
    check_right(Right.SYSTEMS, actor, organization_id, environment, may_not)


def may_change(actor: Actor, organization_id: int, environment: str) -> bool:
    """Say whether the actor may make and change versions there; production has released ones."""
    return environment != Environment.PRODUCTION and may_write(actor, organization_id, environment)


def check_change(actor: Actor, organization_id: int, environment: str) -> None:
    """Raise NotPermitted as check_write() does, and NotPossibleNow in production."""
    check_write(actor, organization_id, environment)
    if environment == Environment.PRODUCTION:
        raise NotPossibleNow(
            _("I produksjon kommer hver versjon fra en godkjent sak. Gjør endringen i test.")
        )


def person(actor: Actor) -> int:
    """Return who is to answer for a version: always somebody, so NotPermitted for the portal."""
    if actor.user_id is None:
        raise NotPermitted(_("Et klientsystem må ha en person som står bak hver versjon."))
    return actor.user_id


def check_draft(revision: Revision | None) -> Revision:
    """Return the draft; raise NotPossibleNow where there is none."""
    if revision is None:
        raise NotPossibleNow(
            _("Klientsystemet har ingen kladd nå. Den kan være publisert eller forkastet.")
        )
    return revision


def check_fresh(content: Content, step: Step, seen: str | None) -> None:
    """Raise Stale if the answers of `step` are no longer those with the fingerprint `seen`."""
    if seen is not None and seen != content.fingerprint(step):
        raise Stale(_("Kladden er endret etter at du åpnet siden. Ingenting er lagret."))


def check_publish(content: Content) -> None:
    """Raise Invalid, with all that is wrong, unless the draft holds together."""
    if found := problems(content):
        raise Invalid(" ".join(str(problem.text) for problem in found))


def check_new_version(system: ClientSystem, draft: Revision | None) -> Revision:
    """Return the version to go on from; raise NotPossibleNow if there is none, or a draft."""
    if draft is not None:
        raise NotPossibleNow(_("Klientsystemet har allerede en kladd. Gå videre med den."))
    if system.current is None:
        raise NotPossibleNow(_("Klientsystemet har ingen publisert versjon å bygge på."))
    return system.current


def check_new_key(system: ClientSystem, in_use: int) -> None:
    """Return if the system can have one more automation key; raise NotPossibleNow if not."""
    if system.current_id is None:
        raise NotPossibleNow(
            _("Publiser klientsystemet først. Kladder lages fra en publisert versjon.")
        )
    if in_use >= MOST_KEYS:
        raise NotPossibleNow(
            _("Klientsystemet har %(count)d nøkler i bruk, og flere går ikke. Avslutt en først.")
            % {"count": MOST_KEYS}
        )


def check_new_package(system: ClientSystem, in_use: int) -> None:
    """Raise NotPossibleNow unless one more package may be made of the system."""
    if system.current_id is None:
        raise NotPossibleNow(_("Publiser klientsystemet først. Så kan du lage pakker av det."))
    if in_use >= MOST_PACKAGES:
        raise NotPossibleNow(
            _("Klientsystemet har %(most)d pakker i bruk, og flere går ikke. Avslutt en først.")
            % {"most": MOST_PACKAGES}
        )
