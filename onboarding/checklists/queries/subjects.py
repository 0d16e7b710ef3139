"""Reads over what is judged: its set-up, its evidence clients, its evidence period."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from onboarding.apis.models import Api, ApiClaim
from onboarding.checklists.models import EvidencePeriod, Subject
from onboarding.checklists.states import Applies
from onboarding.clients.models import ClientConfiguration, ClientLeniency
from onboarding.clients.states import Status
from onboarding.systems import queries as systems
from onboarding.systems.models import Revision
from onboarding.systems.states import Tenancy


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


def candidates(subject: Subject) -> list[ClientConfiguration]:
    """Return the clients that can be named: active, and made from the subject's version."""
    found = ClientConfiguration.objects.filter(
        revision=subject.revision_id, environment=subject.environment, status=Status.ACTIVE
    )
    return list(found.select_related("organization").order_by("-created_at", "-pk"))


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
