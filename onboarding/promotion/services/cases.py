"""What the supplier fills in: a case is begun, its items answered, its addresses given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from onboarding.apis import addresses, names
from onboarding.apis.models import Api
from onboarding.checklists.queries import applicable, current_version, subject_of
from onboarding.checklists.services import take_up
from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.promotion import rules
from onboarding.promotion.models import Answer, Case, CaseUri
from onboarding.promotion.queries import saying
from onboarding.promotion.services.moving import locked, person, record
from onboarding.promotion.states import OPEN, Action
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.systems import uris
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import UriKind


@transaction.atomic
def begin_system(*, system_id: UUID, by: Actor, at: datetime) -> Case:
    """Begin a case for the published version of a client system in test, or return the open one.

    A case that was declined or withdrawn hands its answers and addresses on. Raises NotPermitted,
    and NotPossibleNow for what exists for tests only or has no version.
    """
    system = ClientSystem.objects.select_for_update(of=("self",)).get(pk=system_id)
    _check_in_test(system.environment)
    rules.check_begin(by, system.organization)
    if system.current is None:
        raise NotPossibleNow(_("Klientsystemet har ingen publisert versjon å sette i produksjon."))
    known = Case.objects.filter(system=system, status__in=OPEN).first()
    return known or _begin(
        system.organization, by, at, name=system.name, system=system, revision=system.current
    )


@transaction.atomic
def begin_api(*, api_id: UUID, by: Actor, at: datetime) -> Case:
    """Begin a case for an API in test, or return the open one. Otherwise as begin_system()."""
    api = Api.objects.select_for_update(of=("self",)).get(pk=api_id)
    _check_in_test(api.environment)
    rules.check_begin(by, api.organization)
    if not api.scopes.exists():
        raise NotPossibleNow(_("API-et har ingen scopes ennå, så ingen kan bruke det."))
    known = Case.objects.filter(api=api, status__in=OPEN).first()
    return known or _begin(api.organization, by, at, name=api.name, api=api)


@transaction.atomic
def take_newest(*, case_id: UUID, by: Actor, at: datetime) -> Case:
    """Let the case be about the newest version in test. Raises Refused where there is none."""
    case = locked(case_id, Action.EDIT, by)
    if case.system is None or not saying.has_moved_on(case):
        raise NotPossibleNow(_("Saken har den nyeste versjonen."))
    revision = case.system.current
    assert revision is not None  # noqa: S101 - a case needs a published version
    case.revision, case.name = revision, revision.name
    case.save(update_fields=["revision", "name"])
    _take_up(revision, by, at)
    record("newest", case, by, at, version=revision.number)
    return case


@transaction.atomic
def save_addresses(
    *,
    case_id: UUID,
    by: Actor,
    at: datetime,
    redirect_uris: Iterable[str] = (),
    post_logout_uris: Iterable[str] = (),
    test_url: str = "",
) -> Case:
    """Say where production sends people back to or, for an API, what token tests may call there.

    Raises Refused, and Invalid for an address that may not be registered.
    """
    case = locked(case_id, Action.EDIT, by)
    if case.api is not None:
        _check_test_url(test_url, case.api.short_name)
        case.test_url = test_url
        case.save(update_fields=["test_url"])
    else:
        _set_uris(case, UriKind.REDIRECT, "redirect_uris", redirect_uris)
        _set_uris(case, UriKind.POST_LOGOUT, "post_logout_uris", post_logout_uris)
    record("addresses", case, by, at)
    return case


@transaction.atomic
def answer(*, case_id: UUID, item: str, choice: str, text: str, by: Actor, at: datetime) -> Case:
    """Answer one item: with one of its choices, or in words where a reviewer judges it.

    Raises Refused, and Invalid for an item or a choice that the checklist does not have.
    """
    case = locked(case_id, Action.EDIT, by)
    subject = subject_of(case.api or case.revision)  # type: ignore[arg-type]  # one of them
    found = {row.key: row for row in applicable(case.checklist, subject)} if subject else {}
    if item not in found:
        raise Invalid(_("Sjekkpunktet gjelder ikke saken."))
    if choice and choice not in found[item].spec.verdicts:
        raise Invalid(_("Velg ett av svarene."), field="choice")
    if not choice and not text:
        raise Invalid(_("Svar, eller skriv hva saksbehandleren skal se på."), field="text")
    Answer.objects.update_or_create(
        case=case,
        item=item,
        defaults={
            "choice": choice,
            "text": text,
            "answered_at": at,
            "answered_by_id": person(by),
        },
    )
    record("answer", case, by, at, item=item, choice=choice)
    return case


def _begin(organization: Organization, by: Actor, at: datetime, **fields: Any) -> Case:
    checklist = current_version()
    if checklist is None:
        raise NotPossibleNow(_("Portalen har ingen publisert sjekkliste ennå."))
    # Its row is the lock that numbers are given out under.
    Organization.objects.select_for_update().get(pk=organization.pk)
    last = Case.objects.of(organization.pk).aggregate(last=Max("number"))["last"]
    about = {name: fields.get(name) for name in ("system", "api")}
    earlier = Case.objects.filter(**about).order_by("-number").first()
    case = Case.objects.create(
        organization=organization,
        number=(last or 0) + 1,
        checklist=checklist,
        earlier=earlier,
        created_at=at,
        created_by_id=person(by),
        turn_since=at,
        test_url=earlier.test_url if earlier else "",
        **fields,
    )
    if earlier:
        _carry_over(earlier, case)
    _take_up(fields.get("revision") or fields["api"], by, at)
    record("begin", case, by, at)
    return case


def _take_up(judged: Revision | Api, by: Actor, at: datetime) -> None:
    if isinstance(judged, Revision):
        take_up(revision_id=judged.pk, by=by, at=at)
    else:
        take_up(api_id=judged.pk, by=by, at=at)


def _carry_over(earlier: Case, case: Case) -> None:
    """Nothing is typed twice: what was answered and filled in before stands in the new case."""
    Answer.objects.bulk_create(
        Answer(
            case=case,
            item=row.item,
            choice=row.choice,
            text=row.text,
            answered_at=row.answered_at,
            answered_by_id=row.answered_by_id,
        )
        for row in earlier.answers.order_by("pk")
    )
    CaseUri.objects.bulk_create(
        CaseUri(case=case, kind=row.kind, uri=row.uri) for row in earlier.uris.order_by("pk")
    )


def _set_uris(case: Case, kind: UriKind, field: str, addresses: Iterable[str]) -> None:
    try:
        found = uris.lines("\n".join(addresses))
    except uris.BadUri as error:
        raise Invalid(str(error), field=field) from error
    case.uris.filter(kind=kind).delete()
    CaseUri.objects.bulk_create(CaseUri(case=case, kind=kind, uri=uri) for uri in found)


def _check_test_url(url: str, short_name: str) -> None:
    if not url:
        return
    try:
        addresses.check_test_url(url, short_name=short_name, environment=Environment.PRODUCTION)
    except names.BadName as error:
        raise Invalid(str(error), field="test_url") from error


def _check_in_test(environment: str) -> None:
    if environment != Environment.TEST:
        raise NotPossibleNow(_("En sak begynner i testmiljøet."))
