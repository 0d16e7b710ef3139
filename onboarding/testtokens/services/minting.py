"""Minting what was asked for: by programs with a key, and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings

from onboarding.sts.services.signing_keys import ensure_signing_key
from onboarding.testtokens import queries, signers
from onboarding.testtokens.catalogue import Fault, Known
from onboarding.testtokens.content import asked as content
from onboarding.testtokens.content.consistency import Wrong
from onboarding.testtokens.schemas import TestTokenParameters
from onboarding.testtokens.signers import ENVIRONMENT
from onboarding.testtokens.tokens import Minted, Signers, mint

BARRED: Final = (
    "no test tokens are made for this audience: it acts on real registrations of this portal"
)


def create(asked: TestTokenParameters, *, audience: str = "", at: datetime) -> Minted:
    """Return the token, and the proof if one was asked for.

    `audience` is what the request says it in if its body does not. Raises Wrong when what was
    asked for does not hold together, and NoIssuer where another server issues test tokens.
    """
    wanted = content.audience_of(asked, audience)
    made = content.draft(asked, _world(wanted, at))
    return mint(made, keys(at, content.holder_of(asked)))


def create_with(
    asked: TestTokenParameters, fault: Fault | None, *, url: str, at: datetime
) -> Minted:
    """Return a request to `url` as asked for, with one fault of the catalogue, or none.

    Raises Wrong and NoIssuer, as `create` does.
    """
    world = _world(content.audience_of(asked), at)
    good = content.draft(asked, world)
    signing = keys(at, content.holder_of(asked))
    if fault is None:
        return mint(good, signing)
    other = mint(content.draft(asked, world), signing).token if fault.needs_other_token else ""
    known = Known(world.now, url, world.audience, world.other_issuer, other)
    return mint(fault.change(good, known), signing)


def _world(audience: str, at: datetime) -> content.World:
    if is_barred(audience):
        raise Wrong(BARRED)
    return content.World(
        issuer=signers.issuer(),
        other_issuer=signers.other_issuer(),
        audience=audience,
        scopes=queries.scopes_of(audience) or [f"{audience}/test"],
        now=int(at.timestamp()),
    )


def is_barred(audience: str) -> bool:
    """Say whether a token for this audience would open this portal's own registrations."""
    return audience.strip().lower() in settings.TEST_TOKENS_BARRED


def keys(at: datetime, holder: Mapping[str, str] | None = None) -> Signers:
    """Return the keys to sign with, the issuer's made if it has none yet. Raises NoIssuer."""
    try:
        return signers.signers(at, holder)
    except signers.NoIssuer:
        signers.issuer()
        ensure_signing_key(environment=ENVIRONMENT, at=at)
        return signers.signers(at, holder)
