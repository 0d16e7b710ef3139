"""Clients: finished or begun by a person, and drafts that software made and a person answers."""

from onboarding.clients.models.configurations import (
    OPENED_BY,
    ClientClaim,
    ClientClaimQuerySet,
    ClientConfiguration,
    ClientConfigurationQuerySet,
    ClientLeniency,
    ClientScope,
    ClientScopeQuerySet,
)
from onboarding.clients.models.consents import Consent, ConsentQuerySet
from onboarding.clients.models.drafts import ClientDraft, ClientDraftQuerySet
from onboarding.clients.models.places import ClientChild, ClientUri

__all__ = [
    "OPENED_BY",
    "ClientChild",
    "ClientClaim",
    "ClientClaimQuerySet",
    "ClientConfiguration",
    "ClientConfigurationQuerySet",
    "ClientDraft",
    "ClientDraftQuerySet",
    "ClientLeniency",
    "ClientScope",
    "ClientScopeQuerySet",
    "ClientUri",
    "Consent",
    "ConsentQuerySet",
]
