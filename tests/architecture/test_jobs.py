"""Every hint that is sent names a task that a worker knows, and so does every schedule."""

import ast
from pathlib import Path

from django.conf import settings

from portal.celery import app

ROOT = Path(__file__).parents[2]


def nudged() -> set[str]:
    names = set()
    for path in (ROOT / "onboarding").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="nudge"), args=[ast.Constant(value=str(name)), *_]):
                    names.add(name)
    return names


def test_there_are_nudges_to_check() -> None:
    assert nudged() >= {"keys.make", "smoketests.execute"}


def test_every_nudge_names_a_registered_task() -> None:
    app.loader.import_default_modules()

    assert nudged() - set(app.tasks) == set()


def test_every_schedule_names_a_registered_task() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - set(app.tasks) == set()
