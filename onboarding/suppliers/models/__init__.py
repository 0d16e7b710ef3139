from onboarding.suppliers.models.approval import Supplier, SupplierQuerySet, SupplierStep
from onboarding.suppliers.models.people import (
    AltinnPerson,
    Delegation,
    DelegationQuerySet,
    Invitation,
    InvitationQuerySet,
    Membership,
    MembershipQuerySet,
    Organization,
    OrganizationQuerySet,
)

__all__ = [
    "AltinnPerson",
    "Delegation",
    "DelegationQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Organization",
    "OrganizationQuerySet",
    "Supplier",
    "SupplierQuerySet",
    "SupplierStep",
]
