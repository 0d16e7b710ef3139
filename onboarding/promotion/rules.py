"""Who may do what to a case, and when. Pure: no writes, no queries, no clock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPermitted, NotPossibleNow, Refused
from onboarding.promotion.models import Case, Release
from onboarding.promotion.states import STEPS, Action, Party, SpotCheck
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.rules import may
from onboarding.suppliers.states import Right


class Outdated(NotPossibleNow):
    """What somebody decides on is no longer what was shown."""


class Barred(NotPossibleNow):
    """A case lacks what it has to have before it is sent in."""


def check_begin(actor: Actor, organization: Organization) -> None:
    """Return if the actor may begin a case for the organisation.

    Raises NotPermitted, and NotPossibleNow for one that exists for tests only.
    """
    if not actor.can_write_for(organization.pk, Environment.TEST):
        raise NotPermitted(_needs_writer(Environment.TEST))
    if organization.is_synthetic:
        raise NotPossibleNow(
            _("%(name)s er syntetisk og finnes bare i test. Produksjon krever ekte virksomhet.")
            % {"name": organization.name}
        )


def check(action: Action, case: Case, actor: Actor) -> None:
    """Return if the action may go ahead; raise `Refused`, with the reason, if not."""
    step = STEPS[action]
    _PARTIES[step.party](case, actor)
    if case.status not in step.sources:
        raise NotPossibleNow(
            _("Saken er «%(status)s», så dette er ikke mulig nå.")
            % {"status": case.get_status_display()}
        )
    if action in _MORE:
        _MORE[action](case, actor)


def available(case: Case, actor: Actor) -> frozenset[Action]:
    """The actions to offer: the same rules as `check`, asked about each."""
    return frozenset(action for action in STEPS if _is_allowed(action, case, actor))


def may_comment(case: Case, actor: Actor) -> bool:
    """Say whether the actor may add to the threads: either side, as long as the case is open."""
    if not case.is_open:
        return False
    return is_supplier(case, actor) or (is_reviewer(case, actor) and case.round > 0)


def check_comment(case: Case, actor: Actor) -> None:
    """Raise NotPermitted for whoever is neither side, NotPossibleNow where the case is closed."""
    if not (is_supplier(case, actor) or is_reviewer(case, actor)):
        raise NotPermitted(_("Bare leverandøren og saksbehandlerne kan skrive i saken."))
    if not may_comment(case, actor):
        raise NotPossibleNow(
            _("Saken er «%(status)s», så det er ikke mulig å skrive mer i den.")
            % {"status": case.get_status_display()}
        )


def is_supplier(case: Case, actor: Actor) -> bool:
    """Say whether the actor speaks for the organisation whose case it is."""
    writes = actor.can_write_for(case.organization_id, Environment.TEST)
    return writes and not actor.is_system


def is_reviewer(case: Case, actor: Actor) -> bool:
    """Say whether the actor may ever judge this case: a reviewer who has no part in it."""
    return actor.is_reviewer and not _has_part(case, actor)


def check_reviewer(case: Case, actor: Actor) -> None:
    """Raise NotPermitted unless the actor may ever judge this case."""
    if not actor.is_reviewer:
        raise NotPermitted(_("Dette er for saksbehandlere på plattformen."))
    if _has_part(case, actor):
        raise NotPermitted(
            _("Du kan ikke behandle en sak som du eller virksomheten din har sendt inn.")
        )


def check_release(right: Right, organization_id: int, actor: Actor) -> None:
    """Raise NotPermitted unless the actor may put this kind of thing into production."""
    if actor.is_system or not may(right, actor, organization_id, Environment.PRODUCTION):
        raise NotPermitted(_needs_writer(Environment.PRODUCTION))


def may_release(row: Case | Release, actor: Actor) -> bool:
    """Say whether the actor may put this into production, or take it back."""
    try:
        check_release(right_for(row), row.organization_id, actor)
    except NotPermitted:
        return False
    return True


def right_for(row: Case | Release) -> Right:
    """Return the right that is about what a case or a release puts into production."""
    return Right.SYSTEMS if row.api_id is None else Right.APIS


def check_fresh(seen: str, now: str) -> None:
    """Raise Outdated unless what was shown (`seen`) is what there is now."""
    if seen != now:
        raise Outdated(
            _(
                "Det finnes en nyere utgave av saken enn den du så. Ingenting er avgjort. Under "
                "ser du hvordan det er nå, og det du skrev, står der fortsatt."
            )
        )


def _has_part(case: Case, actor: Actor) -> bool:
    if actor.user_id in (case.created_by_id, case.submitted_by_id):
        return True
    return any(organization == case.organization_id for organization, _where in actor.represented)


def check_supplier(case: Case, actor: Actor) -> None:
    if not is_supplier(case, actor):
        raise NotPermitted(_needs_writer(Environment.TEST))


def _check_releaser(case: Case, actor: Actor) -> None:
    check_release(right_for(case), case.organization_id, actor)


def _check_assigned(case: Case, actor: Actor) -> None:
    check_reviewer(case, actor)
    if actor.user_id not in case.reviewer_ids:
        raise NotPossibleNow(_("Du har ikke saken. Ta den først."))


def _check_portal(case: Case, actor: Actor) -> None:
    if not actor.is_system:
        raise NotPermitted(_("Dette gjør portalen selv."))


def _check_join(case: Case, actor: Actor) -> None:
    if case.reviewers_needed < 2:
        raise NotPossibleNow(_("Saken trenger bare én saksbehandler."))
    if actor.user_id in case.reviewer_ids:
        raise NotPossibleNow(_("Du har saken fra før."))
    if case.second_reviewer_id is not None:
        raise NotPossibleNow(_("Saken har to saksbehandlere."))


def _check_endorse(case: Case, actor: Actor) -> None:
    if case.reviewers_needed < 2:
        raise NotPossibleNow(_("Saken trenger bare én saksbehandler."))


def _check_look(case: Case, actor: Actor) -> None:
    if case.spot_check != SpotCheck.DRAWN:
        raise NotPossibleNow(_("Saken venter ikke på etterkontroll."))


def _needs_writer(environment: Environment) -> str:
    return _(
        "Det krever skrivetilgang i %(environment)s. "
        "En administrator i virksomheten kan gi deg den."
    ) % {"environment": str(environment.label).lower()}


def _is_allowed(action: Action, case: Case, actor: Actor) -> bool:
    try:
        check(action, case, actor)
    except Refused:
        return False
    return True


_PARTIES = {
    Party.SUPPLIER: check_supplier,
    Party.RELEASER: _check_releaser,
    Party.REVIEWER: check_reviewer,
    Party.ASSIGNED: _check_assigned,
    Party.PORTAL: _check_portal,
}
_MORE = {
    Action.JOIN: _check_join,
    Action.ENDORSE: _check_endorse,
    Action.LOOK: _check_look,
}
