"""The keys that the authorization server signs with, in tests: its memory is one test's only."""

from collections.abc import Iterator

import pytest

from onboarding.sts.queries import signing_keys


@pytest.fixture(autouse=True)
def forgotten_signing_keys() -> Iterator[None]:
    """Rows go with their test, so what this process remembers of them must go too."""
    signing_keys.forget()
    yield
    signing_keys.forget()
