"""Going live and back. Nothing else makes a client system or an API in production."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.audit.services import record as add_event
from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow
from onboarding.promotion import rules
from onboarding.promotion.models import Case, Release
from onboarding.promotion.queries import saying
from onboarding.promotion.services import making
from onboarding.promotion.services.moving import locked, move, person, record
from onboarding.promotion.states import Action
from onboarding.suppliers.actors import Actor
from onboarding.systems.models import ClientSystem


@transaction.atomic
def go_live(*, case_id: UUID, by: Actor, at: datetime) -> Release:
    """Put what was approved, and nothing else, into production.

    What test says by now does not matter: the content was fixed when the case was sent in. That
    the supplier is approved and bound by the terms is checked once more here. Raises Refused, and
    NotPossibleNow with what bars it.
    """
    case = locked(case_id, Action.GO_LIVE, by)
    if found := making.hindrances(case, at):
        raise NotPossibleNow(" ".join(each.text for each in found))
    before = _locked_newest(case)
    release = Release(
        organization=case.organization,
        case=case,
        number=(before.number if before else 0) + 1,
        content=case.content,
        released_at=at,
        released_by_id=person(by),
    )
    if case.api is not None:
        release.api = making.api(case, before.api if before else None, by, at)
    else:
        release.revision = making.version(case, before.system if before else None, by, at)
        release.system = release.revision.system
    release.save(force_insert=True)
    move(case, Action.GO_LIVE, at)
    record("go_live", case, by, at, release=release.number, digest=case.digest)
    _record_production("release.make", release, by, at)
    return release


@transaction.atomic
def roll_back(*, release_id: UUID, by: Actor, at: datetime) -> Release:
    """Take the release before this one into use again, in one step.

    `release_id` is the one that is live, as the person saw it: a second press finds another one
    live, and is refused. Raises NotPermitted and NotPossibleNow.
    """
    live = Release.objects.select_related("case").get(pk=release_id)
    _lock_target(live)
    rules.check_release(rules.right_for(live), live.organization_id, by)
    newest = saying.newest_release(live.case)
    if newest is None or newest.pk != live.pk:
        raise NotPossibleNow(_("En annen versjon er satt i produksjon etter at du åpnet siden."))
    earlier = earlier_release(live)
    if earlier is None:
        raise NotPossibleNow(_("Det er ingen tidligere versjon å gå tilbake til."))
    if earlier.system is not None:
        earlier.system.current = earlier.revision
        earlier.system.save(update_fields=["current"])
    elif earlier.api is not None:
        making.describe(earlier.api, earlier.content, at)
    release = Release.objects.create(
        organization_id=live.organization_id,
        case=earlier.case,
        number=live.number + 1,
        system=earlier.system,
        revision=earlier.revision,
        api=earlier.api,
        content=earlier.content,
        back_to=earlier,
        released_at=at,
        released_by_id=person(by),
    )
    record("roll_back", earlier.case, by, at, release=release.number, back_to=earlier.number)
    _record_production("release.roll_back", release, by, at)
    return release


def earlier_release(live: Release) -> Release | None:
    """Return the release to go back to: the one before what is live, None where that was first."""
    original = live.back_to or live
    found = Release.objects.filter(
        system=live.system_id, api=live.api_id, back_to=None, number__lt=original.number
    )
    return found.select_related("case", "system", "revision", "api").order_by("-number").first()


def _locked_newest(case: Case) -> Release | None:
    """Return what is live, with its system or API locked; it may be another one by then."""
    found = saying.newest_release(case)
    if found is None:
        return None
    _lock_target(found)
    return saying.newest_release(case)


def _lock_target(release: Release) -> None:
    """Whoever goes live or back with the same system or API waits here."""
    if release.api_id is not None:
        Api.objects.select_for_update(of=("self",)).get(pk=release.api_id)
    elif release.system_id is not None:
        ClientSystem.objects.select_for_update(of=("self",)).get(pk=release.system_id)


def _record_production(kind: str, release: Release, by: Actor, at: datetime) -> None:
    add_event(
        kind,
        subject=release.api or release.system or release,
        actor=by.name,
        at=at,
        organization_id=release.organization_id,
        environment=Environment.PRODUCTION,
        name=release.case.name,
        release=release.number,
        case=release.case.number,
    )
