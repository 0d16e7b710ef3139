"""Reads for test tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.apis.models import Api, Scope
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.states import Access, Status
from onboarding.core.jobs import OPEN, JobStatus
from onboarding.testtokens.catalogue import VERSION
from onboarding.testtokens.journey import Caller
from onboarding.testtokens.models import Check, Nightly, TokenKey
from onboarding.testtokens.signers import ENVIRONMENT


def scopes_of(audience: str) -> list[str]:
    """Return the scopes that an API of that short name has registered in test."""
    found = Scope.objects.filter(environment=ENVIRONMENT, api__short_name__iexact=audience)
    return list(found.order_by("name").values_list("name", flat=True))


class Called(NamedTuple):
    """How an API is called by the battery: who calls, and with which scopes."""

    caller: Caller
    scopes: tuple[str, ...]


def called(api: Api, *, barred: Collection[str]) -> Called | None:
    """Return how an API is called, None if it knows nobody who could call it.

    Nobody in particular calls, with all scopes. An API of `barred` acts on real registrations:
    there it is a client of the API's own owner, in use, with the scopes it has been given, so that
    a check can be nobody whom its owner could not be by himself.
    """
    if api.short_name.lower() not in barred:
        return Called(Caller(), tuple(scopes_of(api.short_name)))
    given = ClientScope.objects.filter(scope__api=api, access=Access.OK)
    mine = ClientConfiguration.objects.filter(
        organization_id=api.organization_id, environment=ENVIRONMENT, status=Status.ACTIVE
    )
    columns = ("pk", "name", "organization__number", "revision__tenancy")
    fitting = mine.filter(pk__in=given.values("client")).order_by("created_at", "pk")
    client = fitting.values_list(*columns).first()
    if client is None:
        return None
    pk, name, number, tenancy = client
    granted = given.filter(client_id=pk).order_by("scope__name")
    names = granted.values_list("scope__name", flat=True)
    return Called(Caller(str(pk), name, number, str(tenancy)), tuple(names))


class KeyView(NamedTuple):
    """A key as the page shows it; `state` is that of its tag."""

    key: TokenKey
    state: str
    word: Promise

    @property
    def is_usable(self) -> bool:
        return self.state == "ok"


def key_views(keys: Iterable[TokenKey], at: datetime) -> list[KeyView]:
    return [_key_view(key, at) for key in keys]


def _key_view(key: TokenKey, at: datetime) -> KeyView:
    if key.ended_at is not None:
        return KeyView(key, "none", _("Avsluttet"))
    if key.expires_at <= at:
        return KeyView(key, "none", _("Utløpt"))
    return KeyView(key, "ok", _("Klar til bruk"))


def setup_hash(api: Api) -> str:
    """Return the SHA-256 (hex) of what an API's check depends on, as it is registered now."""
    names = scopes_of(api.short_name)
    parts = {"aud": api.short_name, "dpop": api.dpop, "url": api.test_url, "scopes": names}
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def verdicts(check: Check) -> dict[int, str]:
    """Return what is written down of a check already, by position."""
    return dict(check.results.values_list("position", "verdict"))


def waiting(at: datetime) -> list[UUID]:
    """Return the checks that a worker should look at now."""
    return list(Check.objects.due(at).order_by("queued_at").values_list("pk", flat=True)[:20])


def nightly_left(began: datetime) -> list[UUID]:
    """Return the APIs that have had no check of their own accord since the night began."""
    had = Check.objects.filter(is_scheduled=True, created_at__gte=began)
    left = Nightly.objects.exclude(api__in=had.values("api"))
    return list(left.order_by("created_at", "pk").values_list("api_id", flat=True))


def must_wait(check: Check, at: datetime) -> bool:
    """Say whether the same organisation or the same host has a check under way."""
    parts = urlsplit(check.url)
    origin = f"{parts.scheme}://{parts.netloc}/"
    same = Q(api__organization_id=check.api.organization_id) | Q(url__startswith=origin)
    under_way = Check.objects.filter(same, status=JobStatus.RUNNING, lease_until__gt=at)
    return under_way.exclude(pk=check.pk).exists()


class Fact(NamedTuple):
    """How the API took one request: `fault` is a row of part H or D, "" for the valid one.

    `verdict` and `finding` are values of `states`; `header` is WWW-Authenticate, cut short.
    """

    fault: str
    kind: str
    verdict: str
    finding: str
    status: int | None
    header: str


@dataclass(frozen=True)
class Evidence:
    """The newest finished check of an API, for whoever judges the API by it.

    It holds for the moment, the version of the battery, and the set-up. `is_current` says whether
    version and set-up are those of now; `is_whole`, whether the whole battery was answered for.
    """

    check_id: UUID
    at: datetime
    battery: str
    is_current: bool
    is_whole: bool
    facts: tuple[Fact, ...]


def newest_check(api: Api) -> Evidence | None:
    """Return what the newest finished check of an API found, or None if there is none yet."""
    finished = Check.objects.filter(api=api).exclude(status__in=OPEN)
    check = finished.order_by("-created_at", "-pk").first()
    if check is None:
        return None
    fields = ("fault", "kind", "verdict", "finding", "status", "header")
    rows = check.results.order_by("position").values_list(*fields)
    facts = tuple(Fact(*row) for row in rows)
    is_current = check.battery == VERSION and check.setup_hash == setup_hash(api)
    return Evidence(
        check_id=check.pk,
        at=check.finished_at or check.created_at,
        battery=check.battery,
        is_current=is_current,
        is_whole=len(facts) == check.total,
        facts=facts,
    )
