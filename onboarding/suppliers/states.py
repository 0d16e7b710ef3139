"""Roles and their order, and rights, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    READER = "reader", _("Lesetilgang")
    WRITER = "writer", _("Skrivetilgang")
    ADMIN = "admin", _("Administrator")


RANK = {Role.READER: 1, Role.WRITER: 2, Role.ADMIN: 3}


class Right(models.TextChoices):
    """What an organisation may let a person or another organisation do for it, one by one."""

    USE = "use", _("Ta i bruk HelseID for et fagsystem")
    SYSTEMS = "systems", _("Opprette og endre klientsystemer")
    APIS = "apis", _("Opprette og endre API-er")
