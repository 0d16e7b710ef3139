"""Rows for tests: plain functions, boring defaults, straight into the tables."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from onboarding.accounts.models import User
from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.apis.states import Dpop
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.states import UNFINISHED, Access, Status
from onboarding.core.environments import Environment
from onboarding.core.jobs import JobStatus
from onboarding.core.orgnumbers import check_digit
from onboarding.core.sealing import seal
from onboarding.keys.models import Key
from onboarding.keys.states import Origin
from onboarding.selfservice.models import CustomerList
from onboarding.suppliers.models import (
    Delegation,
    Membership,
    Organization,
)
from onboarding.suppliers.states import Right, Role
from onboarding.systems.models import (
    AutomationKey,
    ClientSystem,
    Package,
    Revision,
    RevisionScope,
    RevisionTag,
    RevisionUri,
)
from onboarding.systems.states import ApplicationType, Selection, Tag, UriKind
from onboarding.testtokens.catalogue import VERSION
from onboarding.testtokens.models import Check, TokenKey
from onboarding.traffic.models import Trace
from onboarding.webhooks.kinds import KINDS
from onboarding.webhooks.models import Delivery, Endpoint
from tests.constants import NOON

TEST = Environment.TEST
WEBHOOK_SECRET = "whsec_" + urlsafe_b64encode(b"w" * 32).decode()
_numbers = count(31_000_000)
_serial = count(1)


def org_number() -> str:
    """The next organisation number that the register could have given out."""
    while (digit := check_digit(first := str(next(_numbers)))) is None:
        pass
    return f"{first}{digit}"


def make_organization(name: str = "Acme EPJ AS", **fields: Any) -> Organization:
    fields = {"number": org_number(), "created_at": NOON, "is_synthetic": True} | fields
    return Organization.objects.create(name=name, **fields)


def make_user(
    username: str = "",
    *,
    organization: Organization | None = None,
    role: Role = Role.WRITER,
    environment: str = TEST,
    **fields: Any,
) -> User:
    username = username or f"user{next(_serial)}"
    fields = {"name": username.title(), "email": f"{username}@acme.example"} | fields
    user = User.objects.create_user(username, **fields)
    if organization:
        make_membership(user, organization, role=role, environment=environment)
    return user


def make_membership(
    user: User, organization: Organization, *, role: Role = Role.WRITER, environment: str = TEST
) -> Membership:
    return Membership.objects.create(
        user=user, organization=organization, role=role, environment=environment, created_at=NOON
    )


def make_right(
    delegator: Organization, right: Right = Right.USE, *, by: User | None = None, **fields: Any
) -> Delegation:
    """A right that stands; `fields` say whose: `to_email`, `to_organization` or `to_user`."""
    fields = {"environment": TEST, "created_at": NOON} | fields
    return Delegation.objects.create(
        delegator=delegator, right=right, created_by=by or make_user(), **fields
    )


def make_api(organization: Organization | None = None, **fields: Any) -> Api:
    fields = {
        "environment": TEST,
        "name": "Adresseregisteret",
        "short_name": f"acme:api{next(_serial)}",
        "dpop": Dpop.REQUIRED,
        "created_at": NOON,
        "changed_at": NOON,
    } | fields
    return Api.objects.create(
        organization=organization or make_organization("API-eier AS"), **fields
    )


def make_scope(api: Api | None = None, name: str = "", **fields: Any) -> Scope:
    api = api or make_api()
    fields = {"environment": api.environment, "created_at": NOON} | fields
    return Scope.objects.create(api=api, name=name or f"{api.short_name}/access", **fields)


def make_claim(api: Api, claim_type: str = "herid", **fields: Any) -> ApiClaim:
    fields = {"label": "HER-id", "created_at": NOON} | fields
    return ApiClaim.objects.create(api=api, claim_type=claim_type, **fields)


def make_system(
    organization: Organization | None = None,
    *,
    scopes: dict[Scope, Selection] | None = None,
    published: bool = True,
    by: User | None = None,
    name: str = "Acme EPJ",
    environment: str = TEST,
    **fields: Any,
) -> ClientSystem:
    """A client system with one revision; `fields` are the revision's."""
    system = ClientSystem.objects.create(
        organization=organization or make_organization(),
        environment=environment,
        name=name,
        created_at=NOON,
    )
    make_revision(system, number=1, scopes=scopes, published=published, by=by, **fields)
    return system


def make_revision(
    system: ClientSystem,
    *,
    number: int,
    scopes: dict[Scope, Selection] | None = None,
    published: bool = True,
    by: User | None = None,
    redirect_uris: Iterable[str] = (),
    **fields: Any,
) -> Revision:
    by = by or make_user()
    fields = {
        "name": system.name,
        "application_type": ApplicationType.SERVER,
        "machine_to_machine": True,
        "created_at": NOON,
        "created_by": by,
    } | fields
    revision = Revision.objects.create(system=system, number=number, **fields)
    RevisionTag.objects.create(revision=revision, tag=Tag.EPJ)
    for scope, selection in (scopes or {}).items():
        RevisionScope.objects.create(revision=revision, scope=scope, selection=selection)
    for uri in redirect_uris:
        RevisionUri.objects.create(revision=revision, kind=UriKind.REDIRECT, uri=uri)
    if published:
        revision.published_at, revision.published_by = NOON, by
        revision.save()
        system.current = revision
        system.save()
    return revision


def make_automation_key(
    system: ClientSystem, *, secret: str = "", by: User | None = None, **fields: Any
) -> AutomationKey:
    fields = {
        "name": "Installasjon",
        "digest": hashlib.sha256((secret or f"key {next(_serial)}").encode()).hexdigest(),
        "created_at": NOON,
        "created_by": by or make_user(),
    } | fields
    return AutomationKey.objects.create(system=system, **fields)


def make_package(
    system: ClientSystem, *, scopes: Sequence[Scope] = (), by: User | None = None, **fields: Any
) -> Package:
    fields = {"name": f"Pakke {next(_serial)}", "created_at": NOON} | fields
    package = Package.objects.create(system=system, created_by=by or make_user(), **fields)
    package.scopes.set(scopes)
    return package


def make_customer_list(
    key: AutomationKey, *, by: User | None = None, name: str = "kunder.json"
) -> CustomerList:
    """An uploaded list of one customer, who was faulty."""
    rows = [{"number": "1", "faults": [["api.organization", "/0/organizationNumber", "Wrong."]]}]
    return CustomerList.objects.create(
        key=key, name=name, rows=rows, created_at=NOON, created_by=by or make_user()
    )


def make_client(
    organization: Organization | None = None,
    *,
    system: ClientSystem | None = None,
    scopes: dict[Scope, Access] | None = None,
    status: Status = Status.ACTIVE,
    by: User | None = None,
    **fields: Any,
) -> ClientConfiguration:
    system = system or make_system()
    by = by or make_user()
    organization = organization or system.organization
    finished = {} if status in UNFINISHED else {"finished_at": NOON, "finished_by": by}
    fields = {"name": system.name, "created_at": NOON, "created_for": organization} | fields
    client = ClientConfiguration.objects.create(
        environment=system.environment,
        organization=organization,
        revision=system.current,
        status=status,
        created_by=by,
        **finished,
        **fields,
    )
    for scope, access in (scopes or {}).items():
        decided = {} if access != Access.DECLINED else {"decided_at": NOON, "decided_by": by}
        ClientScope.objects.create(
            client=client, scope=scope, access=access, created_at=NOON, **decided
        )
    return client


def make_key(client: ClientConfiguration, **fields: Any) -> Key:
    """A key row that no private half belongs to; for signing, register a real one."""
    serial = next(_serial)
    thumbprint = urlsafe_b64encode(hashlib.sha256(str(serial).encode()).digest()).decode()[:43]
    fields = {
        "kid": thumbprint,
        "alg": "ES256",
        "kty": "EC",
        "bits": 256,
        "thumbprint": thumbprint,
        "public_jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": thumbprint},
        "origin": Origin.UPLOAD,
        "created_at": NOON,
        "expires_at": NOON + timedelta(days=365),
    } | fields
    return Key.objects.create(client=client, **fields)


def make_token_key(organization: Organization, **fields: Any) -> TokenKey:
    """A key of the test token service that nobody has the secret of."""
    serial = next(_serial)
    fields = {
        "name": f"CI {serial}",
        "digest": f"{serial:064x}",
        "created_at": NOON,
        "expires_at": NOON.replace(year=2099),
    } | fields
    return TokenKey.objects.create(organization=organization, **fields)


def make_trace(client: ClientConfiguration, **fields: Any) -> Trace:
    """A token request of the client that got a token, unless `fields` say otherwise."""
    fields = {
        "at": NOON,
        "endpoint": "token",
        "outcome": "ok",
        "status": 200,
        "signed": True,
    } | fields
    return Trace.objects.create(client=client, **fields)


def make_check(api: Api, **fields: Any) -> Check:
    """A finished API check without results."""
    fields = {
        "battery": VERSION,
        "setup_hash": "0" * 64,
        "url": "https://api.example.no/",
        "total": 60,
        "status": JobStatus.PASSED,
        "created_at": NOON,
        "queued_at": NOON,
        "finished_at": NOON,
        "is_scheduled": True,
    } | fields
    return Check.objects.create(api=api, **fields)


def make_endpoint(organization: Organization, *, by: User | None = None, **fields: Any) -> Endpoint:
    """An address that wants everything; its secret is `WEBHOOK_SECRET`."""
    fields = {
        "environment": TEST,
        "url": f"https://hook{next(_serial)}.acme.example/in",
        "name": "Kundesystemet",
        "kinds": list(KINDS),
        "created_at": NOON,
    } | fields
    endpoint = Endpoint(organization=organization, created_by=by or make_user(), **fields)
    endpoint.sealed_secret = seal(WEBHOOK_SECRET.encode(), endpoint.purpose)
    endpoint.save(force_insert=True)
    return endpoint


def make_delivery(endpoint: Endpoint, **fields: Any) -> Delivery:
    fields = {
        "message_id": f"msg_{next(_serial)}",
        "kind": "client.confirmed",
        "body": '{"type": "client.confirmed"}',
        "created_at": NOON,
        "queued_at": NOON,
        "due_at": NOON,
    } | fields
    return Delivery.objects.create(endpoint=endpoint, **fields)
