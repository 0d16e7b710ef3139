"""The portal's own API as a row like any other: clients get scopes for it and tokens to it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from onboarding.apis import services as apis
from onboarding.apis.addresses import of_ours
from onboarding.apis.models import Api, Scope
from onboarding.apis.states import Dpop
from onboarding.selfservice.names import AUDIENCE, SCOPE
from onboarding.suppliers.actors import SYSTEM


@transaction.atomic
def ensure(*, environment: str, organization_id: int, at: datetime) -> Scope:
    """Return the scope that lets a client look after itself, made with its API unless it is there.

    The organisation runs the portal. Nobody has to approve: a client reaches only itself with it.
    """
    if found := Scope.objects.filter(environment=environment, name=SCOPE).first():
        return found
    api = Api.objects.filter(environment=environment, short_name__iexact=AUDIENCE).first()
    if api is None:
        api = apis.create_api(
            organization_id=organization_id,
            environment=environment,
            name="Selvbetjening API",
            short_name=AUDIENCE,
            description="Programvaren ser etter og endrer sin egen klient.",
            dpop=Dpop.REQUIRED,
            test_url=of_ours(AUDIENCE, environment),
            by=SYSTEM,
            at=at,
        )
    return apis.add_scope(
        api_id=api.pk,
        name=SCOPE,
        description="Se og endre sin egen klient, og bytte sin egen nøkkel",
        by=SYSTEM,
        at=at,
    )
