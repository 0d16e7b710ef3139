"""How the parts of an API check can go, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Which kind of token a request is made from."""

    BOUND = "bound", _("Token bundet til en nøkkel")
    UNBOUND = "unbound", _("Token uten binding")


class Verdict(models.TextChoices):
    """How an API took one request of the battery."""

    PASSED = "passed", _("Som det skal")
    REMARK = "remark", _("Merknad")
    FAILED = "failed", _("Feil")
    UNANSWERED = "unanswered", _("Ikke noe svar")
    SKIPPED = "skipped", _("Ikke aktuelt")


class Finding(models.TextChoices):
    """What was wrong about the answer; stored, so the values never change."""

    NONE = "", ""
    LET_IN = "let_in", _("Slapp inn")
    SHUT_OUT = "shut_out", _("Avviste det som er gyldig")
    STATUS = "status", _("Avviste, men med feil status")
    NO_HEADER = "no_header", _("Avviste, men uten WWW-Authenticate")
    SCHEME = "scheme", _("Avviste, men med feil skjema i WWW-Authenticate")
    ERROR = "error", _("Avviste, men med feil eller ingen feilkode i WWW-Authenticate")
    LEAK = "leak", _("Røpet noe i svaret")
    BROKEN = "broken", _("Svarte med en serverfeil")
