"""What is done to APIs, their scopes and their claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from onboarding.apis import addresses, names, rules
from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.apis.states import Dpop
from onboarding.audit.services import record
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import Actor


@transaction.atomic
def create_api(
    *,
    organization_id: int,
    environment: str,
    name: str,
    short_name: str,
    by: Actor,
    at: datetime,
    description: str = "",
    dpop: str = Dpop.REQUIRED,
    test_url: str = "",
) -> Api:
    """Describe an API. Its short name is the audience of tokens and never changes.

    Raises NotPermitted, and Invalid for a short name that is misspelled or taken and for a test
    address that tokens must not be sent to.
    """
    rules.check_write(by, organization_id, environment)
    _check("short_name", names.check_short_name, short_name)
    _check_test_url(test_url, short_name, environment)
    api = Api(
        organization_id=organization_id,
        environment=environment,
        name=name,
        short_name=short_name,
        description=description,
        dpop=Dpop(dpop),
        test_url=test_url,
        created_at=at,
        changed_at=at,
    )
    _add(api, "short_name", _("Kortnavnet er allerede i bruk. Velg et annet."))
    _record("api.create", api, api, by, at, short_name=short_name)
    return api


@transaction.atomic
def change_api(
    *,
    api_id: UUID,
    name: str,
    description: str,
    dpop: str,
    test_url: str,
    by: Actor,
    at: datetime,
    seen: str | None = None,
) -> Api:
    """Describe an API anew. Tokens issued from now on follow the new DPoP choice.

    `seen` is the `changed_at` (ISO 8601) of what one started from. Raises NotPermitted,
    NotPossibleNow if somebody changed it since, and Invalid for a test address that tokens must
    not be sent to.
    """
    api = _locked(api_id, by)
    rules.check_fresh(api, seen)
    if test_url != api.test_url:
        _check_test_url(test_url, api.short_name, api.environment)
    before = api.dpop
    api.name, api.description, api.dpop = name, description, Dpop(dpop)
    api.test_url, api.changed_at = test_url, at
    api.save(update_fields=["name", "description", "dpop", "test_url", "changed_at"])
    _record("api.change", api, api, by, at, dpop_before=before, dpop=api.dpop)
    return api


@transaction.atomic
def add_scope(
    *,
    api_id: UUID,
    name: str,
    by: Actor,
    at: datetime,
    description: str = "",
    needs_approval: bool = False,
    is_sensitive: bool = False,
) -> Scope:
    """Add a right at an API, named `<short name>/…`. From the first one on the API is offered.

    Raises NotPermitted, and Invalid for a name that is misspelled or taken.
    """
    api = _locked(api_id, by)
    _check("name", lambda text: names.check_scope(text, api.short_name), name)
    scope = Scope(
        api=api,
        environment=api.environment,
        name=name,
        description=description,
        needs_approval=needs_approval,
        is_sensitive=is_sensitive,
        created_at=at,
    )
    _add(scope, "name", _("API-et har allerede et scope med dette navnet."))
    _record("scope.add", scope, api, by, at, scope=name, needs_approval=needs_approval)
    return scope


@transaction.atomic
def change_scope(
    *,
    scope_id: UUID,
    description: str,
    needs_approval: bool,
    by: Actor,
    at: datetime,
    is_sensitive: bool = False,
) -> Scope:
    """Describe a scope anew, and say whether its owner answers each request for it from now on.

    Requests that wait keep waiting for their answer; a mark as sensitive counts for cases that
    are sent in from now on. Raises NotPermitted.
    """
    scope = Scope.objects.select_for_update(of=("self",)).select_related("api").get(pk=scope_id)
    rules.check_write(by, scope.api.organization_id, scope.environment)
    scope.description, scope.needs_approval = description, needs_approval
    scope.is_sensitive = is_sensitive
    scope.save(update_fields=["description", "needs_approval", "is_sensitive"])
    _record(
        "scope.change",
        scope,
        scope.api,
        by,
        at,
        scope=scope.name,
        needs_approval=needs_approval,
        is_sensitive=is_sensitive,
    )
    return scope


@transaction.atomic
def remove_scope(*, scope_id: UUID, by: Actor, at: datetime) -> Api:
    """Remove a scope that no client system and no client has. Returns its API.

    Raises NotPermitted, and NotPossibleNow while something refers to the scope.
    """
    scope = Scope.objects.select_for_update(of=("self",)).select_related("api").get(pk=scope_id)
    rules.check_write(by, scope.api.organization_id, scope.environment)
    _record("scope.remove", scope, scope.api, by, at, scope=scope.name)
    _remove(scope, _("%(name)s er i bruk i et klientsystem og kan ikke fjernes.") % {"name": scope})
    return scope.api


@transaction.atomic
def add_claim(
    *,
    api_id: UUID,
    claim_type: str,
    label: str,
    by: Actor,
    at: datetime,
    help_text: str = "",
    is_required: bool = True,
) -> ApiClaim:
    """Ask each client for a value that tokens for the API carry as the claim `claim_type`.

    Raises NotPermitted, and Invalid for a claim that is misspelled, reserved or there already.
    """
    api = _locked(api_id, by)
    _check("claim_type", names.check_claim_type, claim_type)
    claim = ApiClaim(
        api=api,
        claim_type=claim_type,
        label=label,
        help_text=help_text,
        is_required=is_required,
        created_at=at,
    )
    _add(claim, "claim_type", _("API-et har allerede et claim med dette navnet."))
    _record("claim.add", claim, api, by, at, claim=claim_type, is_required=is_required)
    return claim


@transaction.atomic
def change_claim(
    *,
    claim_id: UUID,
    label: str,
    help_text: str,
    is_required: bool,
    by: Actor,
    at: datetime,
) -> ApiClaim:
    """Describe a claim anew. A claim that becomes required is asked of new clients only.

    Raises NotPermitted.
    """
    claim = _locked_claim(claim_id, by)
    claim.label, claim.help_text, claim.is_required = label, help_text, is_required
    claim.save(update_fields=["label", "help_text", "is_required"])
    _record("claim.change", claim, claim.api, by, at, claim=claim.claim_type)
    return claim


@transaction.atomic
def remove_claim(*, claim_id: UUID, by: Actor, at: datetime) -> Api:
    """Remove a claim that no client has filled in. Returns its API.

    Raises NotPermitted, and NotPossibleNow while a client has a value for it.
    """
    claim = _locked_claim(claim_id, by)
    _record("claim.remove", claim, claim.api, by, at, claim=claim.claim_type)
    _remove(claim, _("%(name)s er fylt ut av en klient og kan ikke fjernes.") % {"name": claim})
    return claim.api


def _locked(api_id: UUID, by: Actor) -> Api:
    api = Api.objects.select_for_update(of=("self",)).get(pk=api_id)
    rules.check_write(by, api.organization_id, api.environment)
    return api


def _locked_claim(claim_id: UUID, by: Actor) -> ApiClaim:
    claims = ApiClaim.objects.select_for_update(of=("self",)).select_related("api")
    claim = claims.get(pk=claim_id)
    rules.check_write(by, claim.api.organization_id, claim.api.environment)
    return claim


def _check(field: str, check: Any, value: str) -> None:
    try:
        check(value)
    except names.BadName as error:
        raise Invalid(str(error), field=field) from error


def _check_test_url(url: str, short_name: str, environment: str) -> None:
    def check(text: str) -> None:
        addresses.check_test_url(text, short_name=short_name, environment=environment)

    if url:
        _check("test_url", check, url)


def _add(row: models.Model, field: str, taken: str) -> None:
    """Insert a row whose only unsure constraint is that its name is not taken."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid(taken, field=field) from error


def _remove(row: models.Model, in_use: str) -> None:
    """Delete a row, if no row of any app above refers to it."""
    try:
        row.delete()
    except ProtectedError as error:
        raise NotPossibleNow(in_use) from error


def _record(
    kind: str, subject: models.Model, api: Api, by: Actor, at: datetime, **details: str | bool
) -> None:
    record(
        kind,
        subject=subject,
        actor=by.name,
        at=at,
        organization_id=api.organization_id,
        environment=api.environment,
        api=api.name,
        **details,
    )
