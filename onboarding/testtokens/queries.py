"""Reads for test tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.apis.models import Scope
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.signers import ENVIRONMENT


def scopes_of(audience: str) -> list[str]:
    """Return the scopes that an API of that short name has registered in test."""
    found = Scope.objects.filter(environment=ENVIRONMENT, api__short_name__iexact=audience)
    return list(found.order_by("name").values_list("name", flat=True))


class KeyView(NamedTuple):
    """A key as the page shows it; `state` is that of its tag."""

    key: TokenKey
    state: str
    word: Promise

    @property
    def is_usable(self) -> bool:
        return self.state == "ok"


def key_views(keys: Iterable[TokenKey], at: datetime) -> list[KeyView]:
    return [_key_view(key, at) for key in keys]


def _key_view(key: TokenKey, at: datetime) -> KeyView:
    if key.ended_at is not None:
        return KeyView(key, "none", _("Avsluttet"))
    if key.expires_at <= at:
        return KeyView(key, "none", _("Utløpt"))
    return KeyView(key, "ok", _("Klar til bruk"))
