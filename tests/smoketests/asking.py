"""Token tests asked for and carried out without the page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from onboarding.smoketests import services
from onboarding.smoketests.models import Run
from onboarding.suppliers.actors import SYSTEM, Actor
from tests.machines import Machine


def ask(machine: Machine, by: Actor = SYSTEM, **given: Any) -> Run:
    asked: dict[str, Any] = {
        "client_id": machine.client.pk,
        "key_id": machine.registered.pk,
        "api_id": None,
        "assertions": [machine.assertion(), machine.assertion()],
        "by": by,
        "at": timezone.now(),
    }
    return services.start(**(asked | given))


def execute(run: Run) -> Run:
    services.execute(run_id=run.pk, at=timezone.now())
    run.refresh_from_db()
    return run
