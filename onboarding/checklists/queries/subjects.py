"""Reads over what is judged: its set-up, its evidence clients, its evidence period."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from onboarding.apis.models import Api, ApiClaim
from onboarding.checklists.facts import ENOUGH, PERIOD
from onboarding.checklists.models import EvidencePeriod, Subject
from onboarding.checklists.states import Applies
from onboarding.clients.models import ClientConfiguration, ClientLeniency
from onboarding.clients.states import Status
from onboarding.core.environments import Environment
from onboarding.systems import queries as systems
from onboarding.systems.models import Revision
from onboarding.systems.states import Tenancy
from onboarding.traffic.models import Trace
from onboarding.traffic.states import Endpoint, Origin, Outcome

MOST: Final = 100  # clients to choose among: the newest


def subject_of(judged: Revision | Api) -> Subject | None:
    """Return the subject of a published version or an API, None before it was taken up."""
    field = "revision" if isinstance(judged, Revision) else "api"
    found = Subject.objects.select_related("organization", "revision__system", "api")
    return found.filter(**{field: judged.pk}).first()


def setup(subject: Subject) -> dict[str, Any]:
    """Return the fields that steer the protocol, in one canonical form. Seven queries at most.

    Not name, logo and contacts, nor keys: that a key changes must not undo a review.
    """
    if subject.api is not None:
        return _of_api(subject.api)
    if subject.revision is None:
        raise ValueError("a subject is a version or an API")
    said = systems.content(subject.revision)
    apis = Api.objects.filter(scopes__name__in=[scope.name for scope in said.scopes])
    here = apis.filter(environment=subject.environment).distinct()
    return {
        "application_type": said.application_type,
        "grants": [said.machine_to_machine, said.user_login, said.refresh_tokens],
        "redirect_uris": sorted(said.redirect_uris),
        "post_logout_uris": sorted(said.post_logout_uris),
        "scopes": sorted([scope.name, scope.selection] for scope in said.scopes),
        "algorithm": said.algorithm,
        "tenancy": said.tenancy,
        "dpop": sorted([api.short_name, api.dpop] for api in here),
        "claims": _claim_types(here.values_list("pk", flat=True)),
        "leniencies": leniencies(subject),
    }


def setup_hash(subject: Subject) -> str:
    """Return the SHA-256 (hex) of `setup`: what evidence about the subject is bound to."""
    canonical = json.dumps(setup(subject), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def leniencies(subject: Subject) -> list[str]:
    """Return the test exceptions that any of the evidence clients has on, sorted. One query."""
    mine = subject.evidence_clients.values("client")
    found = ClientLeniency.objects.filter(client__in=mine).values_list("name", flat=True)
    return sorted(set(found))


def leniencies_by_client(clients: list[UUID]) -> dict[UUID, str]:
    """Return the test exceptions that are on, as traces name them, by client. One query."""
    found: dict[UUID, list[str]] = {}
    rows = ClientLeniency.objects.filter(client__in=clients).order_by("name")
    for client, name in rows.values_list("client", "name"):
        found.setdefault(client, []).append(name)
    return {client: " ".join(names) for client, names in found.items()}


def properties(subject: Subject) -> frozenset[Applies]:
    """Return what the subject is, in the words that items say whom they are for."""
    if subject.revision is None:
        return frozenset({Applies.ALWAYS, Applies.API_OWNER})
    revision = subject.revision
    held = {
        Applies.ALWAYS: True,
        Applies.M2M: revision.machine_to_machine,
        Applies.LOGIN: revision.user_login,
        Applies.MULTI_TENANT: revision.tenancy == Tenancy.MULTI,
    }
    return frozenset(name for name, is_held in held.items() if is_held)


def period(subject: Subject) -> EvidencePeriod | None:
    """Return the open evidence period; None before the first evidence client is named."""
    return subject.periods.filter(ended_at=None).first()


class PeriodView(NamedTuple):
    """The open evidence period as a page shows it, with how far the traffic has come."""

    period: EvidencePeriod
    requests: int
    enough: int
    ends_at: datetime
    is_other: bool
    is_over: bool


def period_view(subject: Subject, at: datetime) -> PeriodView | None:
    """Return the open period with the token requests that count in it; None without one."""
    named = period(subject)
    if named is None:
        return None
    mine = subject.evidence_clients.values("client")
    own = Trace.objects.filter(
        client__in=mine,
        at__gte=max(named.started_at, at - PERIOD),
        origin=Origin.CLIENT,
        endpoint=Endpoint.TOKEN,
        signed=True,
        outcome__in=(Outcome.OK, Outcome.REFUSED),
    )
    return PeriodView(
        period=named,
        requests=own.count(),
        enough=ENOUGH,
        ends_at=named.started_at + PERIOD,
        is_other=named.setup_hash != setup_hash(subject),
        is_over=at - named.started_at > PERIOD,
    )


def candidates(revision: Revision) -> list[ClientConfiguration]:
    """Return the clients that can be named: active, in test, and made from the version."""
    found = ClientConfiguration.objects.filter(
        revision=revision.pk, environment=Environment.TEST, status=Status.ACTIVE
    )
    return list(found.select_related("organization").order_by("-created_at", "-pk")[:MOST])


def named_clients(subject: Subject) -> list[ClientConfiguration]:
    """Return the evidence clients, those named first first."""
    rows = subject.evidence_clients.select_related("client__organization")
    return [row.client for row in rows.order_by("added_at", "pk")]


def _of_api(api: Api) -> dict[str, Any]:
    scopes = api.scopes.order_by("name").values_list("name", "needs_approval")
    return {
        "short_name": api.short_name,
        "dpop": api.dpop,
        "scopes": [list(row) for row in scopes],
        "claims": _claim_types([api.pk]),
    }


def _claim_types(apis: Any) -> list[list[Any]]:
    found = ApiClaim.objects.filter(api__in=apis).order_by("api__short_name", "claim_type")
    return [list(row) for row in found.values_list("api__short_name", "claim_type", "is_required")]
