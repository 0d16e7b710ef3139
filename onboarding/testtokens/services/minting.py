"""Minting what was asked for: by programs with a key, and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings

from onboarding.sts.services.signing_keys import ensure_signing_key
from onboarding.testtokens import queries, signers
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
    if is_barred(wanted):
        raise Wrong(BARRED)
    world = content.World(
        issuer=signers.issuer(),
        other_issuer=signers.other_issuer(),
        audience=wanted,
        scopes=queries.scopes_of(wanted) or [f"{wanted}/test"],
        now=int(at.timestamp()),
    )
    made = content.draft(asked, world)
    return mint(made, keys(at, content.holder_of(asked)))


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
