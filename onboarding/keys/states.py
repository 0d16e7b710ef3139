"""Where a key came from, and how it fares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    BROWSER = "browser", _("laget i nettleseren")
    UPLOAD = "upload", _("lastet opp")
    PORTAL = "portal", _("laget av portalen")
    API = "api", _("registrert av programvaren")


class KeyState(models.TextChoices):
    """What people see; worked out from a key's times, never stored."""

    UNPROVED = "unproved", _("Ikke verifisert")
    PROVED = "proved", _("Verifisert")
    ACTIVE = "active", _("I bruk")
    REVOKED = "revoked", _("Sperret")
    EXPIRED = "expired", _("Utløpt")
