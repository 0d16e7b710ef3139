"""Roles and their order, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    READER = "reader", _("Lesetilgang")
    WRITER = "writer", _("Skrivetilgang")
    ADMIN = "admin", _("Administrator")


RANK = {Role.READER: 1, Role.WRITER: 2, Role.ADMIN: 3}
