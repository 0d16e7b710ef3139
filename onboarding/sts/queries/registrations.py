"""What the portal has registered about a client: read at each request, nothing is cached.

A supplier whose approval is suspended or ended is looked at here too: production clients made
from its systems are strangers from the next request on, and those of test are not.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from onboarding.apis.states import Dpop
from onboarding.clients.states import Status
from onboarding.core.statements import Rows, fetch, uuid_param
from onboarding.jose.assertion import RegisteredKey
from onboarding.sts.rules import ScopeRow

# How old "last used" may get before it is written again.
THROTTLE: Final = timedelta(minutes=1)

# One statement in SQL of our own, because the same through the ORM costs as much as a signature.
# Rows are scopes, for each the claims of its API, and for each of those the leniencies; a client
# without any of them has one row. Leniencies are not even looked for outside test.
_SQL: Final = """
SELECT c.name, o.number, r.tenancy, k.id, k.alg, k.public_jwk,
       (k.last_used_at IS NULL OR k.last_used_at < %s),
       (c.last_token_at IS NULL OR c.last_token_at < %s),
       s.name, a.short_name, cs.access, ac.claim_type, cc.value, a.dpop, r.id, cl.name,
       c.token_life
FROM clients_clientconfiguration c
JOIN suppliers_organization o ON o.id = c.organization_id
JOIN systems_revision r ON r.id = c.revision_id
JOIN keys_key k ON k.client_id = c.id
LEFT JOIN clients_clientscope cs ON cs.client_id = c.id
LEFT JOIN apis_scope s ON s.id = cs.scope_id
LEFT JOIN apis_api a ON a.id = s.api_id
LEFT JOIN (clients_clientclaim cc JOIN apis_apiclaim ac ON ac.id = cc.claim_id)
       ON cc.client_id = c.id AND ac.api_id = a.id AND cc.value <> ''
LEFT JOIN clients_clientleniency cl ON cl.client_id = c.id AND c.environment = 'test'
WHERE c.id = %s AND c.environment = %s AND c.status = %s
  AND k.kid = %s AND k.revoked_at IS NULL AND k.expires_at > %s
  AND (c.environment <> 'production' OR NOT EXISTS (
       SELECT 1 FROM systems_clientsystem y
       JOIN suppliers_supplier p ON p.organization_id = y.organization_id
       WHERE y.id = r.system_id AND p.state IN ('suspended', 'ended')))
"""


_NOBODY: Final[Rows] = [
    (
        *("", "", "", UUID(int=0), "ES256"),
        f'{{"kty":"EC","crv":"P-256","x":"{"A" * 43}","y":"{"A" * 43}","kid":"{"A" * 43}"}}',
        *(False, False, "", "", "", None, None, "", UUID(int=0), None, None),
    )
]


class Registration(NamedTuple):
    """An active client with the one key that it says it signed with.

    `claims` are the API-specific ones by audience. `key_use_is_old` and `token_is_old` say whether
    it is time to write down that the key and the client have been used. `revision` and
    `leniencies` are the set-up that the request is judged with; `token_life`, in seconds, is None
    where it was not chosen.
    """

    client_id: str
    name: str
    organization: str
    tenancy: str
    key_id: UUID
    key: RegisteredKey
    scopes: dict[str, ScopeRow]
    claims: dict[str, dict[str, str]]
    key_use_is_old: bool
    token_is_old: bool
    revision: UUID
    leniencies: frozenset[str]
    token_life: int | None


def find(environment: str, client_id: str, kid: object, at: datetime) -> Registration | None:
    """Return the active client of that id with its usable key of that name, or None.

    What cannot be an id or a name is looked for all the same, as nobody's: that takes as long.
    """
    uuid = _canonical(client_id)
    name = kid if isinstance(kid, str) and len(kid) <= 128 and "\0" not in kid else ""
    rows = _rows(uuid or UUID(int=0), environment, name, at)
    # Nobody's row is read as well, so that no time is saved where there is no client.
    found = _registration(client_id, name, rows or _NOBODY)
    return found if rows else None


def _registration(client_id: str, kid: str, rows: Rows) -> Registration:
    first = rows[0]
    return Registration(
        client_id=client_id,
        name=first[0],
        organization=first[1],
        tenancy=first[2],
        key_id=_uuid(first[3]),
        key=RegisteredKey(kid, first[4], json.loads(first[5])),
        scopes={row[8]: ScopeRow(row[9], row[10], row[13] != Dpop.NONE) for row in rows if row[8]},
        claims=_claims(rows),
        key_use_is_old=bool(first[6]),
        token_is_old=bool(first[7]),
        revision=_uuid(first[14]),
        leniencies=frozenset(row[15] for row in rows if row[15]),
        token_life=first[16],
    )


def _uuid(value: UUID | str) -> UUID:
    """As PostgreSQL gives it, or as SQLite does."""
    return value if isinstance(value, UUID) else UUID(value)


def _claims(rows: Rows) -> dict[str, dict[str, str]]:
    claims: dict[str, dict[str, str]] = {}
    for row in rows:
        if row[11]:
            claims.setdefault(row[9], {})[row[11]] = row[12]
    return claims


def _rows(uuid: UUID, environment: str, kid: str, at: datetime) -> Rows:
    adapt = connection.ops.adapt_datetimefield_value
    old = adapt(at - THROTTLE)
    params = [old, old, uuid_param(uuid), environment, Status.ACTIVE.value, kid, adapt(at)]
    return fetch(_SQL, params, repeatable=True)


def _canonical(client_id: str) -> UUID | None:
    """The id as we write it: another spelling of the same number is another string."""
    try:
        uuid = UUID(client_id)
    except ValueError:
        return None
    return uuid if str(uuid) == client_id else None
