"""What is judged: taken up, with its evidence clients and its evidence period.

Whoever changes evidence holds the lock of its subject, so periods follow one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.audit.services import record
from onboarding.checklists import rules
from onboarding.checklists.models import EvidenceClient, EvidencePeriod, Subject
from onboarding.checklists.queries import subjects
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import TokenLife
from onboarding.core.environments import Environment
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.states import Right
from onboarding.systems.models import ClientSystem, Revision


@transaction.atomic
def take_up(
    *, by: Actor, at: datetime, revision_id: UUID | None = None, api_id: UUID | None = None
) -> Subject:
    """Return the subject of a published version in test, or of an API there; make it if need be.

    Safe to repeat. Raises NotPermitted for who may not write for its owner, and NotPossibleNow
    for a draft, and for what is not in test.
    """
    if (revision_id is None) == (api_id is None):
        raise ValueError("a subject is a version or an API")
    where, is_whole = _whose(revision_id, api_id)
    right = Right.SYSTEMS if api_id is None else Right.APIS
    rules.check_write(right, by, where.organization_id, where.environment)
    if not is_whole or where.environment != Environment.TEST:
        raise NotPossibleNow(_("Bare en publisert versjon i test kan måles mot sjekklisten."))
    found = Subject.objects.filter(revision=revision_id, api=api_id)
    subject, is_new = found.get_or_create(
        defaults={
            "revision_id": revision_id,
            "api_id": api_id,
            "organization_id": where.organization_id,
            "environment": where.environment,
            "created_at": at,
        }
    )
    if is_new:
        _record("evidence.take_up", subject, by, at)
    return subject


@transaction.atomic
def name_clients(
    *, subject_id: UUID, client_ids: Iterable[UUID], by: Actor, at: datetime
) -> Subject:
    """Let these clients, and no others, be those that the version is judged by.

    The first evidence period begins, and a new one where the set-up is another one now. Tokens of
    a new one live for a minute, unless its owner has chosen or is somebody else. Raises
    NotPermitted, NotPossibleNow for an API, and Invalid for none, or for a client that is not an
    active one in test, made from the version.
    """
    subject = _locked(subject_id, by)
    wanted = set(client_ids)
    if subject.revision is None:
        raise NotPossibleNow(_("Et API måles ikke med klienter."))
    if not wanted:
        raise Invalid(_("Velg minst én klient."), field="clients")
    if wanted - {client.pk for client in subjects.candidates(subject.revision)}:
        raise Invalid(_("Velg blant klientene som er laget av denne versjonen."), field="clients")
    subject.evidence_clients.exclude(client__in=wanted).delete()
    named = set(subject.evidence_clients.values_list("client", flat=True))
    EvidenceClient.objects.bulk_create(
        EvidenceClient(subject=subject, client_id=pk, added_at=at, added_by_id=by.user_id)
        for pk in wanted - named
    )
    _shorten_tokens(subject, wanted - named)
    _record("evidence.name_clients", subject, by, at, clients=len(wanted))
    _keep(subject, by, at)
    return subject


@transaction.atomic
def begin_period(
    *, subject_id: UUID, software_version: str, instances: int, by: Actor, at: datetime
) -> EvidencePeriod:
    """End the evidence period and begin the next, for this version of the supplier's software.

    Raises NotPermitted, and NotPossibleNow before an evidence client is named.
    """
    subject = _locked(subject_id, by)
    if not subject.evidence_clients.exists():
        raise NotPossibleNow(_("Velg en klient i test først."))
    period = _begin(subject, software_version, instances, by, at)
    _record("evidence.begin_period", subject, by, at, software_version=software_version)
    return period


def keep_periods(*, at: datetime) -> int:
    """Begin a new period wherever the set-up is another one now; return how many.

    Safe to repeat: each subject is looked at again under its lock.
    """
    begun = 0
    measured = Subject.objects.filter(evidence_clients__isnull=False).distinct()
    for pk in list(measured.values_list("pk", flat=True)):
        with transaction.atomic():
            locked = Subject.objects.select_for_update().get(pk=pk)
            begun += _keep(locked, SYSTEM, at)
    return begun


def _shorten_tokens(subject: Subject, client_ids: set[UUID]) -> None:
    """A client that caches well asks seldom: with short lives it is seen to in minutes."""
    own = ClientConfiguration.objects.filter(
        pk__in=client_ids, organization=subject.organization_id, token_life=None
    )
    own.update(token_life=TokenLife.SHORT)


def _whose(revision_id: UUID | None, api_id: UUID | None) -> tuple[ClientSystem | Api, bool]:
    """Return what says whose the judged is and in which environment, and whether it is whole."""
    if api_id is not None:
        return Api.objects.get(pk=api_id), True
    revision = Revision.objects.select_related("system").get(pk=revision_id or UUID(int=0))
    return revision.system, not revision.is_draft


def _keep(subject: Subject, by: Actor, at: datetime) -> bool:
    """Begin a period if the open one, if any, holds for another set-up."""
    named = subjects.period(subject)
    if named and named.setup_hash == subjects.setup_hash(subject):
        return False
    version, instances = (named.software_version, named.instances) if named else ("", 1)
    _begin(subject, version, instances, by, at)
    _record("evidence.begin_period", subject, by, at, software_version=version)
    return True


def _begin(
    subject: Subject, software_version: str, instances: int, by: Actor, at: datetime
) -> EvidencePeriod:
    subject.periods.filter(ended_at=None).update(ended_at=at)
    return EvidencePeriod.objects.create(
        subject=subject,
        setup_hash=subjects.setup_hash(subject),
        software_version=software_version,
        instances=instances,
        started_at=at,
        started_by_id=by.user_id,
    )


def _locked(subject_id: UUID, by: Actor) -> Subject:
    # No joins: what a lock waited for shows in the locked row only.
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    rules.check_subject(subject, by)
    return subject


def _record(kind: str, subject: Subject, by: Actor, at: datetime, **details: str | int) -> None:
    record(
        kind,
        subject=subject,
        actor=by.name,
        at=at,
        organization_id=subject.organization_id,
        environment=subject.environment,
        name=str(subject),
        **details,
    )
