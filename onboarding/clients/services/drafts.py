"""What becomes of a draft that software made, once the customer has answered it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from onboarding.apis.models import ApiClaim, Scope
from onboarding.audit.services import record
from onboarding.clients.models import (
    ClientChild,
    ClientClaim,
    ClientConfiguration,
    ClientDraft,
    ClientScope,
    ClientUri,
)
from onboarding.clients.rules import configurations as rules
from onboarding.clients.services.configurations import person
from onboarding.clients.states import ANSWERS, Answer, Status
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.services.braking import check_change, check_software
from onboarding.systems.states import UriKind


@transaction.atomic
def take_into_use(
    draft: ClientDraft,
    *,
    organization: Organization,
    scopes: Iterable[Scope],
    claims: Mapping[ApiClaim, str],
    uris: Mapping[UriKind, Iterable[str]],
    children: Iterable[str],
    by: Actor,
    at: datetime,
) -> ClientConfiguration:
    """Make the client that a draft asked for, under the draft's id; its key comes next.

    The caller holds the draft's lock, has checked what it asks for, and answers it in the same
    transaction. Scopes that need approval become access requests. Raises NotPermitted, Braked,
    and NotPossibleNow where production has another version of the client system by now.
    """
    rules.check_begin(by, organization.pk, draft.environment)
    check_change(organization_id=organization.pk, environment=draft.environment, at=at)
    supplier = draft.revision.system.organization
    check_software(supplier=supplier, environment=draft.environment, at=at)
    rules.check_version(draft.revision)
    client = ClientConfiguration.objects.create(
        id=draft.pk,
        environment=draft.environment,
        organization=organization,
        created_for=organization,
        revision=draft.revision,
        name=draft.revision.name,
        status=Status.ACTIVE,
        step="check",
        created_at=at,
        created_by_id=person(by),
        finished_at=at,
        finished_by_id=by.user_id,
    )
    ClientScope.objects.bulk_create(
        ClientScope(
            client=client,
            scope=scope,
            access=rules.access(scope, organization.pk),
            created_at=at,
        )
        for scope in scopes
    )
    ClientClaim.objects.bulk_create(
        ClientClaim(client=client, claim=claim, value=value) for claim, value in claims.items()
    )
    ClientUri.objects.bulk_create(
        ClientUri(client=client, kind=kind, uri=uri)
        for kind, addresses in uris.items()
        for uri in addresses
    )
    ClientChild.objects.bulk_create(
        ClientChild(client=client, number=number) for number in children
    )
    return client


@transaction.atomic
def settle(
    draft: ClientDraft, answer: Answer, *, organization: Organization, by: Actor, at: datetime
) -> None:
    """Note the answer to a draft. The caller holds its lock and has checked that it may be given.

    A client that comes of it is told of as any other that is finished.
    """
    draft.status, draft.answered_at, draft.answered_by_id = ANSWERS[answer], at, by.user_id
    draft.save(update_fields=["status", "answered_at", "answered_by"])
    if answer is Answer.DECLINE:
        _record("draft.declined", draft, draft, organization, by, at)
    else:
        _record("draft.confirmed", draft, draft, organization, by, at)
        client = ClientConfiguration.objects.get(pk=draft.pk)
        _record("client.finished", client, draft, organization, by, at)


def forget(*, at: datetime, days: int, limit: int = 1000) -> int:
    """Delete at most `limit` drafts that were over `days` before, oldest first; return how many.

    What one became stays: the client, its key, and the events that tell of both.
    """
    over = ClientDraft.objects.filter(expires_at__lt=at - timedelta(days=days))
    oldest = list(over.order_by("expires_at").values_list("pk", flat=True)[:limit])
    return ClientDraft.objects.filter(pk__in=oldest).delete()[0]


def _record(
    kind: str,
    subject: ClientDraft | ClientConfiguration,
    draft: ClientDraft,
    organization: Organization,
    by: Actor,
    at: datetime,
) -> None:
    record(
        kind,
        subject=subject,
        actor=by.name,
        at=at,
        organization_id=organization.pk,
        environment=draft.environment,
        revision=str(draft.revision_id),
    )
