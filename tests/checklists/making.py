"""Subjects and traffic for the tests of the checklist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from onboarding.accounts.models import User
from onboarding.apis.models import Api
from onboarding.checklists import services
from onboarding.checklists.facts import Facts, Period, Request
from onboarding.checklists.items import shipped
from onboarding.checklists.models import ChecklistVersion, Item, Material, Subject
from onboarding.checklists.services import materials
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.core.jobs import JobStatus
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import Signer
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems.models import ClientSystem
from onboarding.traffic.models import Trace
from tests.constants import NOON
from tests.factories import make_client, make_key, make_system

CLIENT = UUID(int=1)
_serial = count(1)


def first_version() -> ChecklistVersion:
    """The version that comes along: the migrations load it, tests that flush tables lose it."""
    found = ChecklistVersion.objects.published().filter(number=1).first()
    if found:
        return found
    version = ChecklistVersion.objects.create(number=1, created_at=NOON)
    for position, block in enumerate(shipped(1), 1):
        Item.objects.create(version=version, key=block["id"], position=position, block=block)
    version.published_at = NOON
    version.save()
    return version


def take_up(by: User, organization: Organization, **system: Any) -> Subject:
    """A published version, taken up, without clients."""
    made = make_system(organization, by=by, **system)
    assert made.current
    return services.take_up(revision_id=made.current.pk, by=actor_for(by), at=NOON)


def of_version(system: ClientSystem) -> Subject:
    """The current version of a client system, taken up straight into the table."""
    first_version()
    owner = {"organization": system.organization, "environment": system.environment}
    return Subject.objects.get_or_create(
        revision=system.current, defaults=owner | {"created_at": NOON}
    )[0]


def shown(subject: Subject, *, by: User, title: str = "Skisse") -> Material:
    """A file that somebody has added for K05."""
    return materials.add_file(
        subject_id=subject.pk,
        item_key="K05",
        title=title,
        content=b"%PDF-1.7 sketch",
        by=actor_for(by),
        at=NOON,
    )


def measured(
    by: User, organization: Organization, *, at: datetime = NOON, **system: Any
) -> tuple[Subject, ClientConfiguration]:
    """A published version with one evidence client, named at `at`."""
    subject = take_up(by, organization, **system)
    assert subject.revision
    client = make_client(organization, system=subject.revision.system, by=by)
    services.name_clients(subject_id=subject.pk, client_ids=[client.pk], by=actor_for(by), at=at)
    return subject, client


def passed(client: ClientConfiguration, configuration: str = "", *, api: Api | None = None) -> Run:
    """A token test that went well, of the client's set-up as it is or as it was."""
    return Run.objects.create(
        client=client,
        api=api,
        key=make_key(client),
        signer=Signer.BROWSER,
        status=JobStatus.PASSED,
        configuration_hash=configuration or configuration_hash(client),
        queued_at=NOON,
        created_at=NOON,
        finished_at=NOON + timedelta(seconds=3),
    )


def failed(client: ClientConfiguration, after: int = 0) -> Run:
    """A token test that went wrong, so many minutes after noon, without its steps."""
    run = passed(client)
    at = NOON + timedelta(minutes=after)
    Run.objects.filter(pk=run.pk).update(status=JobStatus.FAILED, created_at=at, queued_at=at)
    return run


def trace(client: ClientConfiguration, at: datetime, **fields: Any) -> Trace:
    """A good token request of a client, with something else about it."""
    serial = next(_serial)
    values: dict[str, Any] = {
        "endpoint": "token",
        "outcome": "ok",
        "status": 200,
        "signed": True,
        "revision": client.revision_id,
        "alg": "ES256",
        "kid": "k1",
        "typ": "client-authentication+jwt",
        "aud_kind": "issuer",
        "life_s": 30,
        "clock_s": 0,
        "jti_ref": f"j{serial}",
        "dpop": "proof_nonce",
        "jkt": "jkt1",
        "proof_jti_ref": f"p{serial}",
        "nonce_sent": "n1",
        "nonce_given": "n1",
        "token_expires_at": at + timedelta(seconds=60),
    } | fields
    return Trace.objects.create(client=client, at=at, **values)


def request(second: float = 0, **fields: Any) -> Request:
    """A good token request so many seconds after noon, for the rules alone."""
    serial = next(_serial)
    at = NOON + timedelta(seconds=second)
    good: dict[str, Any] = {
        "id": uuid4(),
        "client": CLIENT,
        "outcome": "ok",
        "alg": "ES256",
        "kid": "k1",
        "typ": "client-authentication+jwt",
        "aud_kind": "issuer",
        "life_s": 30,
        "clock_s": 0,
        "jti_ref": f"j{serial}",
        "dpop": "proof_nonce",
        "jkt": "jkt1",
        "proof_jti_ref": f"p{serial}",
        "nonce_sent": "n1",
        "nonce_given": "n1",
        "scopes_asked": "acme:api/read",
        "scopes_given": "acme:api/read",
        "details_kind": "none",
        "token_aud": "acme:api",
        "token_expires_at": at + timedelta(seconds=60),
    }
    return Request(at=at, **(good | fields))


def requests(number: int, *, apart: float = 60, **fields: Any) -> Iterator[Request]:
    """Good token requests, one after the other."""
    for index in range(number):
        yield request(index * apart, **fields)


def facts(*rows: Request, **fields: Any) -> Facts:
    """Facts with these token requests, an hour after noon, in a period that holds."""
    values: dict[str, Any] = {"at": NOON + timedelta(hours=1), "period": Period(NOON)} | fields
    return Facts(requests=tuple(rows), **values)
