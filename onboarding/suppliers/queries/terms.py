"""Reads over terms of use: which version applies, who has accepted it, who has not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from onboarding.suppliers.models import Acceptance, Membership, Organization, Reminder, Terms
from onboarding.suppliers.states import SupplierState

# Organisations that new terms are announced to.
CAMPAIGNED = (SupplierState.APPLIED, SupplierState.APPROVED, SupplierState.SUSPENDED)


def current(at: datetime) -> Terms | None:
    """Return the version that applies, or None before there is one."""
    return Terms.objects.in_force(at).first()


def missing_version(organization_id: int, at: datetime) -> str:
    """Return the version that applies if the organisation has not accepted it, else ""."""
    terms = current(at)
    if terms is None:
        return ""
    accepted = Acceptance.objects.filter(organization=organization_id, terms=terms)
    return "" if accepted.exists() else terms.version


def acceptable(at: datetime) -> list[Terms]:
    """Return the versions that can be accepted: the one that applies, and those to come."""
    return [*Terms.objects.in_force(at)[:1], *Terms.objects.to_come(at)]


def to_come(at: datetime) -> QuerySet[Terms]:
    """Return the versions that have been announced and do not apply yet, the nearest first."""
    return Terms.objects.to_come(at)


def latest() -> Terms | None:
    """Return the published version that applies last, whenever that is."""
    return Terms.objects.published().order_by("-valid_from").first()


def acceptances(organization_id: int) -> QuerySet[Acceptance]:
    """Return what an organisation has accepted, the newest first."""
    rows = Acceptance.objects.filter(organization=organization_id).select_related("terms")
    return rows.order_by("-at")


def who_has_signed(terms: Terms, organizations: Collection[Organization]) -> set[int]:
    """Return the ids of those of the organisations that have accepted a version. One query."""
    rows = Acceptance.objects.filter(terms=terms, organization__in=organizations)
    return set(rows.values_list("organization_id", flat=True))


def signatories(organization_id: int) -> list[str]:
    """Return the names of those who may bind an organisation, five at most."""
    rows = Membership.objects.filter(
        organization=organization_id, signatory__isnull=False, user__is_active=True
    )
    return list(rows.order_by("user__name").values_list("user__name", flat=True).distinct()[:5])


class Signing(NamedTuple):
    """One organisation in a campaign: what it has done, and who can do it."""

    organization: Organization
    acceptance: Acceptance | None
    signatories: list[str]
    reminded: Reminder | None


def campaigned() -> QuerySet[Organization]:
    """Return the organisations that have to accept new terms, by name."""
    rows = Organization.objects.filter(supplier__state__in=CAMPAIGNED)
    return rows.order_by("name", "pk")


def not_signed(terms: Terms) -> QuerySet[Organization]:
    """Return those of the campaign that have not accepted a version."""
    return campaigned().exclude(acceptances__terms=terms)


def campaign(terms: Terms) -> list[Signing]:
    """Return who has accepted a version and who has not, those who have not first. Four queries."""
    organizations = list(campaigned())
    ids = [organization.pk for organization in organizations]
    accepted = {
        row.organization_id: row
        for row in Acceptance.objects.filter(terms=terms, organization__in=ids)
    }
    reminded = {
        row.organization_id: row
        for row in Reminder.objects.filter(terms=terms, organization__in=ids).order_by("at")
    }
    people: dict[int, list[str]] = {}
    rows = Membership.objects.filter(
        signatory__isnull=False, user__is_active=True, organization__in=ids
    )
    for pk, name in rows.order_by("user__name").values_list("organization_id", "user__name"):
        if name not in people.setdefault(pk, []):
            people[pk].append(name)
    signings = [
        Signing(each, accepted.get(each.pk), people.get(each.pk, []), reminded.get(each.pk))
        for each in organizations
    ]
    return sorted(signings, key=lambda signing: signing.acceptance is not None)
