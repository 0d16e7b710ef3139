"""What an API demands of a token, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dpop(models.TextChoices):
    REQUIRED = "required", _("Påkrevd")
    ALLOWED = "allowed", _("Tillatt")
    NONE = "none", _("Ikke i bruk")
