"""The values of a client that its code examples are written with."""

from __future__ import annotations

from typing import NamedTuple

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.clients import configuration_file as files
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.snippets import Facts
from onboarding.clients.states import Access


class Example(NamedTuple):
    """What a code example calls: one API, since a token has one audience."""

    api: Api
    facts: Facts
    is_ready: bool  # some of its scopes give tokens now


def example(client: ClientConfiguration, scopes: list[ClientScope]) -> Example | None:
    """Return what to show: an API with a usable scope before one that waits; None without any.

    `scopes` are the client's, with their APIs loaded. No queries.
    """
    asked = [row for row in scopes if row.access != Access.DECLINED]
    chosen = min(asked, key=_order, default=None)
    if chosen is None:
        return None
    api = chosen.scope.api
    same = [row for row in asked if row.scope.api_id == api.pk and row.access == chosen.access]
    facts = Facts(
        file=files.name(client.organization.number, client.name),
        scope=" ".join(sorted(row.scope.name for row in same)),
        api=api.test_url,
        bearer=api.dpop == Dpop.NONE,
    )
    return Example(api, facts, chosen.access == Access.OK)


def _order(row: ClientScope) -> tuple[bool, bool, str, str]:
    """What can be called before what cannot, then by name."""
    api = row.scope.api
    return row.access != Access.OK, not api.test_url, api.name, row.scope.name
