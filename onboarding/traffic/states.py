"""What a trace says in one word: who was asked, how it ended, who asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Endpoint(models.TextChoices):
    """TOKEN is the token endpoint; API is one of the APIs that this portal validates."""

    TOKEN = "token", _("Tokenendepunktet")
    API = "api", _("API-kall")


class Outcome(models.TextChoices):
    """NONCE is the first half of a nonce round: no failure. UNAVAILABLE is our own."""

    OK = "ok", _("Godtatt")
    NONCE = "nonce", _("Ba om nonce")
    REFUSED = "refused", _("Avvist")
    UNAVAILABLE = "unavailable", _("Ikke besvart")


class Origin(models.TextChoices):
    """PORTAL is the portal's own: token tests and whatever else it announced beforehand."""

    CLIENT = "client", _("Klienten")
    PORTAL = "portal", _("Portalens egne tester")


class AudienceKind(models.TextChoices):
    ISSUER = "issuer"
    TOKEN_ENDPOINT = "token_endpoint"  # noqa: S105 - an address, no secret
    OTHER = "other"
    ARRAY = "array"
    MISSING = "missing"


class DpopKind(models.TextChoices):
    NONE = "none"
    PROOF = "proof"
    PROOF_NONCE = "proof_nonce"


class DetailsKind(models.TextChoices):
    NONE = "none"
    ASSERTION_DETAILS = "assertion_details"
    AUTHORIZATION_DETAILS = "authorization_details"
