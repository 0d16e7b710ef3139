"""The two environments. Everything that belongs to one says so in its row and in its address."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Environment(models.TextChoices):
    TEST = "test", _("Test")
    PRODUCTION = "production", _("Produksjon")
