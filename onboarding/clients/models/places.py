"""Where one client may send browsers back to, and which sub-units it may act for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from onboarding.clients.models.configurations import ClientConfiguration
from onboarding.systems.states import UriKind


class ClientUri(models.Model):
    """An address of this client alone; one without any uses those of its client system."""

    client = models.ForeignKey(ClientConfiguration, models.CASCADE, related_name="uris")
    kind = models.CharField(max_length=20, choices=UriKind)
    uri = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "kind", "uri"], name="client_uri_once"),
            models.CheckConstraint(
                condition=Q(kind__in=UriKind.values), name="client_uri_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.uri


class ClientChild(models.Model):
    """The number of a sub-unit that a single-tenant client may act for."""

    client = models.ForeignKey(ClientConfiguration, models.CASCADE, related_name="children")
    number = models.CharField(max_length=9)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="client_child_once"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{9}$"), name="client_child_is_nine_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.number
