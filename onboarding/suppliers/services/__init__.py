"""The verbs of organisations, by noun: people and invitations, rights given to others."""

from onboarding.suppliers.services.delegations import (
    give,
    represent,
    set_open,
    take_back,
)
from onboarding.suppliers.services.people import (
    Invited,
    accept,
    change_role,
    invite,
    register_organization,
    remove,
    resend,
    set_signatory,
    withdraw,
)

__all__ = [
    "Invited",
    "accept",
    "change_role",
    "give",
    "invite",
    "register_organization",
    "remove",
    "represent",
    "resend",
    "set_open",
    "set_signatory",
    "take_back",
    "withdraw",
]
