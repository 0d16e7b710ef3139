from onboarding.suppliers.forms.people import (
    RIGHT_HINTS,
    ROLE_HINTS,
    ChangeRole,
    GiveRight,
    Invite,
    RegisterOrganization,
    synthetic_number,
)

__all__ = [
    "RIGHT_HINTS",
    "ROLE_HINTS",
    "ChangeRole",
    "GiveRight",
    "Invite",
    "RegisterOrganization",
    "synthetic_number",
]
