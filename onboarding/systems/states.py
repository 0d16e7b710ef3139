"""Choices that describe a client system."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationType(models.TextChoices):
    SERVER = "server", _("Tjener uten brukere")
    WEB = "web", _("Nettapplikasjon")
    INSTALLED = "installed", _("Installert lokalt (tykklient)")
    MOBILE = "mobile", _("Mobilapp")


class Tag(models.TextChoices):
    EPJ = "epj", _("Journalsystem (EPJ)")
    HOSPITAL = "hospital", _("Sykehussystem")
    MUNICIPALITY = "municipality", _("Kommunal helsetjeneste")
    PHARMACY = "pharmacy", _("Apotek")
    LAB = "lab", _("Laboratorium og røntgen")
    WELFARE = "welfare", _("Velferdsteknologi")
    MESSAGING = "messaging", _("Meldingsutveksling")
    REGISTRY = "registry", _("Register og rapportering")
    OTHER = "other", _("Annet")


class Tenancy(models.TextChoices):
    SINGLE = "single-tenant", _("Single-tenant")
    MULTI = "multi-tenant", _("Multi-tenant")


class Algorithm(models.TextChoices):
    """Signature algorithms for client assertions (RFC 7518 §3.1)."""

    PS256 = "PS256", "PS256"
    PS384 = "PS384", "PS384"
    PS512 = "PS512", "PS512"
    ES256 = "ES256", "ES256"
    ES384 = "ES384", "ES384"
    ES512 = "ES512", "ES512"
    RS256 = "RS256", "RS256"
    RS384 = "RS384", "RS384"
    RS512 = "RS512", "RS512"


class UriKind(models.TextChoices):
    REDIRECT = "redirect", _("Returadresse")
    POST_LOGOUT = "post_logout", _("Returadresse etter utlogging")


class Selection(models.TextChoices):
    PRESELECTED = "preselected", _("Forhåndsvalgt")
    AVAILABLE = "available", _("Tilgjengelig")


class Step(models.TextChoices):
    """The pages on which a draft is filled in, in order; the last one publishes."""

    BASICS = "basics", _("Grunnopplysninger")
    AUTHENTICATION = "authentication", _("Pålogging og API-kall")
    SERVICES = "services", _("Tjenester og scopes")
    CHECK = "check", _("Kontroller svarene")
