"""Who may act on a supplier's approval. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.rules.people import needs
from onboarding.suppliers.states import STEPS, Act, Party, Role, SupplierState


def administers(actor: Actor, organization_id: int) -> bool:
    """Say whether the actor administers the organisation, in whichever environment.

    Approval, terms and contacts concern the organisation as a whole; until production is open
    for it, its administrators are those of test.
    """
    return any(actor.has(Role.ADMIN, organization_id, each) for each in Environment)


def belongs(actor: Actor, organization_id: int) -> bool:
    """Say whether the actor holds any role there."""
    return any((organization_id, each) in actor.roles for each in Environment)


def available(actor: Actor, organization_id: int, state: str) -> list[Act]:
    """Return the acts to offer on the page of an approval, in the order of the table."""
    return [
        act
        for act, step in STEPS.items()
        if state in step.sources and _may(actor, organization_id, step.party)
    ]


def check_party(act: Act, actor: Actor, organization_id: int) -> None:
    """Return if the actor may ever do this there; raise NotPermitted."""
    party = STEPS[act].party
    if not _may(actor, organization_id, party):
        raise NotPermitted(_refusal(party, actor))


def check(act: Act, actor: Actor, organization_id: int, state: str) -> None:
    """Return if the actor may do this now; raise NotPermitted or NotPossibleNow."""
    check_party(act, actor, organization_id)
    if state not in STEPS[act].sources:
        label = str(SupplierState(state).label)
        raise NotPossibleNow(
            _("Dette går ikke nå: leverandøren har tilstanden «%(state)s».") % {"state": label}
        )


def _may(actor: Actor, organization_id: int, party: Party) -> bool:
    if party == Party.ORGANIZATION:
        return administers(actor, organization_id)
    # Nobody decides about an organisation of his own.
    return actor.is_operator and not belongs(actor, organization_id)


def _refusal(party: Party, actor: Actor) -> str:
    if party == Party.ORGANIZATION:
        return needs(Role.ADMIN)
    if actor.is_operator:
        return _("Du har en rolle i denne virksomheten. En annen forvalter må avgjøre.")
    return _("Bare en forvalter på plattformen kan avgjøre dette.")
