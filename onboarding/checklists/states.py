"""The words of a checklist: who settles an item, for whom it is, and how it can stand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Who settles an item: the portal by itself, the supplier's answer, or a reviewer."""

    PORTAL = "portal", _("Dokumenteres av portalen")
    SUPPLIER = "supplier", _("Besvares av leverandøren")
    REVIEWER = "reviewer", _("Vurderes av saksbehandler")


class Verdict(models.TextChoices):
    """OPEN and STALE bar a decision; NOT_APPLICABLE asks for nothing."""

    PASS = "pass", _("Oppfylt")
    WARN = "warn", _("Anmerkning")
    FAIL = "fail", _("Ikke oppfylt")
    OPEN = "open", _("Mangler grunnlag")
    STALE = "stale", _("Utdatert")
    NOT_APPLICABLE = "not_applicable", _("Gjelder ikke")


# What an answer, a judgement or the rule of an item may come to.
SETTLED = frozenset({Verdict.PASS, Verdict.WARN, Verdict.FAIL})
# With any of these among the results there is no decision.
UNDECIDED = frozenset({Verdict.OPEN, Verdict.STALE})


class Applies(models.TextChoices):
    """What an item is for; an item that names several is for any of them."""

    M2M = "m2m", _("API-kall")
    LOGIN = "login", _("Brukerpålogging")
    MULTI_TENANT = "multi_tenant", _("Multi-tenant")
    API_OWNER = "api_owner", _("API")
    ALWAYS = "always", _("Alltid")


class Group(models.TextChoices):
    PROTOCOL = "protocol", _("Protokoll")
    CLIENT_AUTHENTICATION = "client_authentication", _("Klientautentisering")
    DPOP = "dpop", _("DPoP")
    TOKENS = "tokens", _("Tokener og mellomlagring")
    SECRETS = "secrets", _("Hemmeligheter og nøkler")
    LOGIN = "login", _("Brukerpålogging")
    API = "api", _("Validering hos API-er")
    OPERATIONS = "operations", _("Arkitektur og drift")
    ORGANISATION = "organisation", _("Virksomhet og multi-tenant")
    DUTIES = "duties", _("Plikter etter bruksvilkårene")


class Need(models.TextChoices):
    """The part of an installation that the portal proves an item with."""

    TRACE = "trace", _("Trafikk")
    KEYS = "keys", _("Nøkkelregisteret")
    CONFIG = "config", _("Oppsettet")
    RECORDS = "records", _("Portalens egne opplysninger")
    CONFORMANCE = "conformance", _("Samsvarstest")
    PAR = "par", _("Pålogging med PAR")
    REFRESH = "refresh", _("Refresh-token")
    API_CHECK = "api_check", _("API-sjekk")


class MediaType(models.TextChoices):
    """What an uploaded file may be, told by its content."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    TEXT = "text/plain", _("Tekst")
    JSON = "application/json", "JSON"
