"""A draft as the person who answers it sees it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from onboarding.apis.models import Scope
from onboarding.clients.models import ClientDraft
from onboarding.clients.rules import configurations
from onboarding.clients.states import Access
from onboarding.selfservice.content import Content
from onboarding.selfservice.names import SCOPE
from onboarding.selfservice.queries.offers import offer
from onboarding.selfservice.rules import Offer
from onboarding.suppliers.models import Organization


class Right(NamedTuple):
    """One thing that the software will be able to do; `waits` for the API's owner, or not."""

    scope: Scope
    waits: bool


class Value(NamedTuple):
    """An API-specific claim: what its API's owner calls it, and what the software filled in."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is on the page, and so all that a yes covers; `offered` is what it was chosen from.

    `organization` is None while nobody has registered the one that the draft names.
    """

    draft: ClientDraft
    system: str
    supplier: Organization
    organization: Organization | None
    rights: list[Right]
    values: list[Value]
    content: Content
    offered: Offer

    @property
    def renews_its_key(self) -> bool:
        return SCOPE in self.content.scopes

    @property
    def fingerprint(self) -> str:
        """Return a value that changes with anything that is shown."""
        draft, organization = self.draft, self.organization
        said = [
            [str(draft.pk), draft.thumbprint, draft.return_to, draft.expires_at.isoformat()],
            [self.system, self.supplier.name, draft.organization_number],
            organization.name if organization else "",
            [[r.scope.name, r.scope.description, r.scope.api.name, r.waits] for r in self.rights],
            [[value.label, value.value] for value in self.values],
            self.content.to_json(),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def by_link(draft_id: UUID, environment: str) -> ClientDraft | None:
    """Return the draft that a link names: holding the link is what counts here."""
    rows = ClientDraft.objects.select_related("revision__system__organization")
    return rows.filter(pk=draft_id, environment=environment).first()


def shown(draft: ClientDraft) -> Shown:
    """Return a draft with everything that its page says. Five queries at most."""
    content, revision = Content.of_json(draft.content), draft.revision
    offered = offer(revision)
    found = Organization.objects.filter(number=draft.organization_number).first()
    labels = {claim.claim_type: claim.label for claim in offered.claims}
    scopes = [offered.scopes[name] for name in content.scopes if name in offered.scopes]
    return Shown(
        draft=draft,
        system=revision.name,
        supplier=revision.system.organization,
        organization=found,
        rights=[Right(scope, _waits(scope, found)) for scope in scopes],
        values=[Value(labels.get(key, key), value) for key, value in content.claims],
        content=content,
        offered=offered,
    )


def _waits(scope: Scope, organization: Organization | None) -> bool:
    owner = organization.pk if organization else 0
    return configurations.access(scope, owner) == Access.PENDING
