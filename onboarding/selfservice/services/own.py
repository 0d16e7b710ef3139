"""What a client's own software does with it: change its set-up, register a new key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services import updates as clients
from onboarding.clients.services.configurations import stop
from onboarding.clients.states import Status
from onboarding.jose.keys import Upload
from onboarding.jose.strict import BadJson, strict_json
from onboarding.keys import services as keys
from onboarding.keys.models import Key
from onboarding.keys.states import Origin
from onboarding.selfservice import rules
from onboarding.selfservice.content import Change, Content, changes
from onboarding.selfservice.faults import Fault, Wrong, stopped, wrong
from onboarding.selfservice.queries import status
from onboarding.selfservice.queries.offers import offer
from onboarding.selfservice.services import braking
from onboarding.selfservice.services.drafts import KEY_DAYS, uris_of
from onboarding.selfservice.services.faulty_keys import check_faults, key_faults
from onboarding.suppliers.actors import Actor

# How a client is to be, worked out from how it is; and whether redirect URIs are named at all.
Wanted = Callable[[Content], tuple[Content, bool]]
MOST_KEYS = 20  # in use at once
_RELATED = ("organization", "revision__system__organization")


class Updated(NamedTuple):
    """How the client is now, its version, and what the update changed."""

    client: dict[str, Any]
    version: str
    changes: list[Change]


@transaction.atomic
def update(
    wanted: Wanted, *, client_id: UUID, if_match: str, at: datetime, dry_run: bool = False
) -> Updated:
    """Change a client as its software asks. Two updates at once come one after the other.

    The version of the client system that the customer confirmed says what can be had. `if_match`
    names the version of the client that the change was made from. With `dry_run` all is checked,
    and nothing written. Raises Wrong with all that is wrong.
    """
    client = _locked(client_id)
    braking.check_client(client, at)
    before = status.current(client)
    rules.check_version(status.version(before), if_match)
    old = status.content(client)
    new, names_redirects = wanted(old)
    if client.revision is None:  # the database sees to it, for a client in use
        raise wrong("api.client", "The client has no client system.", status=409)
    offered = offer(client.revision)
    if faults := rules.replacement_faults(new, offered, names_redirects=names_redirects):
        raise Wrong(faults)
    found = changes(old, new)
    if dry_run or not found:
        return Updated(before, status.version(before), found)
    values = dict(new.claims)
    clients.replace(
        client,
        scopes=[offered.scopes[name] for name in new.scopes],
        claims={
            claim: values[claim.claim_type]
            for claim in offered.claims_of(new.scopes)
            if claim.claim_type in values
        },
        uris=uris_of(new),
        children=new.children,
        changed=" ".join(change.pointer.strip("/") for change in found),
        by=software_of(client),
        at=at,
    )
    after = status.current(client)
    return Updated(after, status.version(after), found)


@transaction.atomic
def end(*, client_id: UUID, if_match: str, at: datetime, dry_run: bool = False) -> list[Change]:
    """Stop a client: no more tokens, and the one it has opens nothing here any longer.

    The customer's people can start it again; its software cannot. Raises Wrong.
    """
    client = _locked(client_id)
    rules.check_version(status.version(status.current(client)), if_match)
    if not dry_run:
        stop(client_id=client_id, by=software_of(client), at=at)
    return [Change("/status", Status.ACTIVE.value, Status.STOPPED.value)]


def register_key(*, client_id: UUID, text: str, at: datetime) -> Key:
    """Register a new key of a client beside those that it has; return its row.

    It counts as unproved until the first assertion that it signs (ADR 21). The same key again
    gives the same row. Raises Wrong with all that is wrong; a private key is barred for ever.
    """
    _check_single(text)
    client = _loaded(client_id)
    try:
        braking.check_client(client, at)
    except Wrong:
        _bar_private(client, keys.judge_new(text, client_id=client_id), at)
        raise
    if Key.objects.filter(client=client).usable(at).count() >= MOST_KEYS:
        raise wrong("api.keys", f"A client has {MOST_KEYS} keys at most.", status=409)
    try:
        [key] = keys.register(
            client_id=client_id,
            text=text,
            alg=None,
            origin=Origin.API,
            lifetime_days=KEY_DAYS,
            by=software_of(client),
            at=at,
        )
    except keys.KeyRefused as refused:
        raise Wrong(check_faults(refused.checks, place="")) from refused
    return key


def judge_key(*, client_id: UUID, text: str, at: datetime) -> list[Change]:
    """Return what registering the key would change, without doing it. Raises Wrong."""
    _check_single(text)
    client = _loaded(client_id)
    judged = keys.judge_new(text, client_id=client_id)
    _bar_private(client, judged, at)
    braking.check_client(client, at)
    if faults := key_faults(judged, client.name, place=""):
        raise Wrong(faults)
    [key] = judged.keys
    return [Change("/keys", [], [{"kid": key.kid, "jwkThumbprint": key.thumbprint}])]


def software_of(client: ClientConfiguration) -> Actor:
    """Return a client's own software as who acts: for this client, which its token names."""
    return Actor(name=f"software of {client.name}", is_system=True)


def _check_single(text: str) -> None:
    """Raise Wrong for a set of keys; anything else is for the engine to judge."""
    try:
        value = strict_json(text.encode("utf-8", "replace"))
    except BadJson:
        return
    if isinstance(value, dict) and "keys" in value:
        raise Wrong([Fault("api.value", "", "One key is expected, not a set of them.")])


def _bar_private(client: ClientConfiguration, judged: Upload, at: datetime) -> None:
    if judged.private_thumbprints:
        keys.bar(judged.private_thumbprints, client=client, by=software_of(client), at=at)


def _loaded(client_id: UUID) -> ClientConfiguration:
    return ClientConfiguration.objects.select_related(*_RELATED).get(pk=client_id)


def _locked(client_id: UUID) -> ClientConfiguration:
    rows = ClientConfiguration.objects.select_for_update(of=("self",))
    client = rows.select_related(*_RELATED).get(pk=client_id)
    if client.status != Status.ACTIVE:
        raise stopped()
    return client
