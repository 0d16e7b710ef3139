"""Traces are written when a test says so; what earlier tests left waiting is not this one's."""

import pytest

from onboarding.traffic.services import recording


@pytest.fixture
def recorded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorder that has seen nothing yet, as in a process that has just begun."""
    monkeypatch.setattr(recording, "_recorder", recording.Recorder())
