"""How an organisation stands with the platform, in one piece, for whoever decides above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.suppliers.models import Acceptance, Terms
from onboarding.suppliers.queries.approval import supplier_of
from onboarding.suppliers.queries.people import administrators_anywhere
from onboarding.suppliers.queries.terms import signatories
from onboarding.suppliers.states import SupplierState


@dataclass(frozen=True)
class TermsStanding:
    """One version of the terms and one organisation: accepted by whom and when, or missing.

    `version` is "" where no version has been published: then nothing is missing either.
    """

    version: str = ""
    valid_from: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str = ""

    @property
    def is_missing(self) -> bool:
        return bool(self.version) and self.accepted_at is None


@dataclass(frozen=True)
class Standing:
    """Approval and terms of one organisation at a time, with who can put right what is missing.

    `terms` applies now. `next_terms` is announced: if it is missing at its `valid_from`, nothing
    can be created or changed in production from then on.
    """

    state: SupplierState
    since: datetime | None
    terms: TermsStanding
    next_terms: TermsStanding
    administrators: tuple[str, ...]  # apply for approval, and say who may sign
    signatories: tuple[str, ...]  # accept the terms

    @property
    def is_approved(self) -> bool:
        return self.state == SupplierState.APPROVED

    @property
    def may_change_production(self) -> bool:
        """Whether anything may be created or changed in production."""
        return self.is_approved and not self.terms.is_missing


def standing(organization_id: int, at: datetime) -> Standing:
    """Return how an organisation stands. Six queries."""
    supplier = supplier_of(organization_id)
    accepted = {
        row.terms_id: row for row in Acceptance.objects.filter(organization=organization_id)
    }
    return Standing(
        state=SupplierState(supplier.state),
        since=supplier.since if supplier.pk else None,
        terms=_terms(Terms.objects.in_force(at).first(), accepted),
        next_terms=_terms(Terms.objects.to_come(at).first(), accepted),
        administrators=tuple(administrators_anywhere(organization_id)),
        signatories=tuple(signatories(organization_id)),
    )


def _terms(terms: Terms | None, accepted: dict[UUID, Acceptance]) -> TermsStanding:
    if terms is None:
        return TermsStanding()
    row = accepted.get(terms.pk)
    return TermsStanding(
        version=terms.version,
        valid_from=terms.valid_from,
        accepted_at=row.at if row else None,
        accepted_by=row.name if row else "",
    )
