"""Roles and their order, rights, and the life of a supplier's approval, as data."""

from enum import StrEnum
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    READER = "reader", _("Lesetilgang")
    WRITER = "writer", _("Skrivetilgang")
    ADMIN = "admin", _("Administrator")


RANK = {Role.READER: 1, Role.WRITER: 2, Role.ADMIN: 3}


class Right(models.TextChoices):
    """What an organisation may let a person or another organisation do for it, one by one."""

    USE = "use", _("Ta i bruk HelseID for et fagsystem")
    SYSTEMS = "systems", _("Opprette og endre klientsystemer")
    APIS = "apis", _("Opprette og endre API-er")


class SupplierState(models.TextChoices):
    """How the platform stands to a supplier; without a row it is NONE."""

    NONE = "none", _("Ikke søkt")
    APPLIED = "applied", _("Søkt")
    DECLINED = "declined", _("Ikke godkjent")
    APPROVED = "approved", _("Godkjent")
    SUSPENDED = "suspended", _("Suspendert")
    ENDED = "ended", _("Avsluttet")


# Production clients made from such a supplier's systems get no new tokens.
STOPPED = (SupplierState.SUSPENDED, SupplierState.ENDED)


class Act(models.TextChoices):
    """What can be done about an approval, as a verb on a button."""

    APPLY = "apply", _("Søk om godkjenning")
    WITHDRAW = "withdraw", _("Trekk søknaden")
    APPROVE = "approve", _("Godkjenn")
    DECLINE = "decline", _("Avslå")
    SUSPEND = "suspend", _("Suspender i produksjon")
    RESUME = "resume", _("Opphev suspensjonen")
    END = "end", _("Avslutt i produksjon")


class Party(StrEnum):
    """Who does it: an administrator of the organisation, or an operator of the platform."""

    ORGANIZATION = "organization"
    OPERATOR = "operator"


class Step(NamedTuple):
    """One row of the table: from which states, to which, by whom."""

    sources: tuple[SupplierState, ...]
    target: SupplierState
    party: Party


STEPS: dict[Act, Step] = {
    Act.APPLY: Step(
        (SupplierState.NONE, SupplierState.DECLINED, SupplierState.ENDED),
        SupplierState.APPLIED,
        Party.ORGANIZATION,
    ),
    Act.WITHDRAW: Step((SupplierState.APPLIED,), SupplierState.NONE, Party.ORGANIZATION),
    Act.APPROVE: Step(
        (SupplierState.NONE, SupplierState.APPLIED), SupplierState.APPROVED, Party.OPERATOR
    ),
    Act.DECLINE: Step((SupplierState.APPLIED,), SupplierState.DECLINED, Party.OPERATOR),
    Act.SUSPEND: Step((SupplierState.APPROVED,), SupplierState.SUSPENDED, Party.OPERATOR),
    Act.RESUME: Step((SupplierState.SUSPENDED,), SupplierState.APPROVED, Party.OPERATOR),
    Act.END: Step(
        (SupplierState.APPROVED, SupplierState.SUSPENDED), SupplierState.ENDED, Party.OPERATOR
    ),
}


class Duty(models.TextChoices):
    """What the terms of use bind an organisation to."""

    INFORMATION_SECURITY = "information_security", _("Informasjonssikkerhet")
    TESTING_AND_APPROVAL = "testing_and_approval", _("Testing og godkjenning")
    INCIDENT_NOTIFICATION = "incident_notification", _("Hendelser")
    EMERGENCY_PLANS = "emergency_plans", _("Krise og beredskap")
    KEEP_CURRENT = "keep_current", _("Oppdatert på endringer")


class Need(StrEnum):
    """What somebody must hold for an organisation to do an errand there."""

    SIGN = "sign"
    ADMINISTER = "administer"  # anywhere: it concerns the organisation
    GRANT = "grant"  # administers the environment at hand
    WRITE = "write"


class Errand(models.TextChoices):
    """What a link can hand over."""

    TERMS = "terms", _("Godta bruksvilkårene")
    APPROVAL = "approval", _("Søke om leverandørgodkjenning")
    ROLES = "roles", _("Gi en rolle i produksjon")
    REVIEW = "review", _("Sende inn til kodegjennomgang")
    TEST = "test", _("Kjøre tokentesten")
    KEYS = "keys", _("Legge inn en produksjonsnøkkel")
    CONSENT = "consent", _("Svare på en tilgangsforespørsel")


NEEDS: dict[Errand, Need] = {
    Errand.TERMS: Need.SIGN,
    Errand.APPROVAL: Need.ADMINISTER,
    Errand.ROLES: Need.GRANT,
    Errand.REVIEW: Need.WRITE,
    Errand.TEST: Need.WRITE,
    Errand.KEYS: Need.WRITE,
    Errand.CONSENT: Need.WRITE,
}


class Reach(models.TextChoices):
    """What a contact point is for."""

    OPERATIONS = "operations", _("Drift")
    SECURITY = "security", _("Sikkerhetshendelser")
