"""Asking for a token test: the run and its steps, before anything is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.apis.models import Api
from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.core.jobs import OPEN
from onboarding.core.nudges import nudge
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.keys.models import Key
from onboarding.smoketests import queries, rules
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import ORDER, Signer
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization

AN_HOUR: Final = timedelta(hours=1)


@transaction.atomic
def start(
    *,
    client_id: UUID,
    key_id: UUID,
    api_id: UUID | None,
    assertions: list[str],
    by: Actor,
    at: datetime,
) -> Run:
    """Queue a test with two client assertions that the browser has signed.

    The assertions are for one use each and are wiped when a worker takes the run. There is one
    open test for each client at most, and TOKEN_TESTS_PER_HOUR for an organisation in an hour.
    Without `api_id`, the first API is tested. Raises NotPermitted, NotPossibleNow (client or key
    out of use, a test under way, too many in this hour) or Invalid (a key or an API that is not
    this client's), and then changes nothing.
    """
    client = ClientConfiguration.objects.select_for_update(of=("self",)).get(pk=client_id)
    rules.check(client, by)
    key = Key.objects.filter(pk=key_id, client=client).first()
    if key is None:
        raise Invalid(_("Nøkkelen er ikke registrert på denne klienten."), field="key")
    rules.check_key(key, at)
    if Run.objects.filter(client=client, status__in=OPEN).exists():
        raise NotPossibleNow(_("En tokentest pågår allerede. Vent til den er ferdig."))
    # The owner too, so that two of his clients cannot have the last one of the hour.
    Organization.objects.select_for_update(no_key=True).get(pk=client.organization_id)
    rules.check_pace(
        queries.asked_since(client.organization_id, at - AN_HOUR),
        most=settings.TOKEN_TESTS_PER_HOUR,
    )
    api = _api(client, api_id)
    run = create(client, key, api, Signer.BROWSER, at, assertions=assertions, by=by)
    record(
        "smoketest.started",
        subject=run,
        actor=by.name,
        at=at,
        organization_id=client.organization_id,
        environment=client.environment,
        client_id=str(client.pk),
        kid=key.kid,
    )
    nudge("smoketests.execute", run_id=str(run.pk))
    return run


def _api(client: ClientConfiguration, api_id: UUID | None) -> Api | None:
    apis = queries.apis(client)
    if api_id is None:
        return apis.first()
    chosen = apis.filter(pk=api_id).first()
    if chosen is None:
        raise Invalid(_("Velg et API som klienten har scopes hos."), field="api")
    return chosen


def create(
    client: ClientConfiguration,
    key: Key,
    api: Api | None,
    signer: Signer,
    at: datetime,
    *,
    assertions: list[str],
    by: Actor,
    **fields: object,
) -> Run:
    """Write a run and its steps, with the hash of the configuration as it is now."""
    run = Run.objects.create(
        client=client,
        key=key,
        api=api,
        signer=signer,
        assertions=assertions,
        configuration_hash=configuration_hash(client),
        requested_by_id=by.user_id,
        created_at=at,
        queued_at=at,
        **fields,
    )
    Step.objects.bulk_create(
        Step(run=run, position=position, name=name) for position, name in enumerate(ORDER)
    )
    return run
