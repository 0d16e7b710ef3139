"""The steps of a token test, in order, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StepName(models.TextChoices):
    METADATA = "metadata", _("Hente metadata")
    JWKS = "jwks", _("Hente autorisasjonstjenerens nøkler")
    ASSERTION = "assertion", _("Signere client assertion")
    TOKEN = "token", _("Hente token")
    CHECK = "check", _("Kontrollere tokenet")
    API = "api", _("Kalle API-et")


ORDER = tuple(StepName)


class StepStatus(models.TextChoices):
    WAITING = "waiting", _("Ikke begynt")
    RUNNING = "running", _("Pågår")
    PASSED = "passed", _("Bestått")
    NOTED = "noted", _("Merknad")
    FAILED = "failed", _("Feilet")
    SKIPPED = "skipped", _("Ikke aktuelt")


class Signer(models.TextChoices):
    BROWSER = "browser", _("Nettleseren")
    PORTAL = "portal", _("Portalen, før den private nøkkelen ble forseglet")
