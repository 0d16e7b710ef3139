"""Hints to the workers. Rows in the database say what is due; a hint only says "look now"."""

from celery import current_app
from django.db import transaction


def nudge(task_name: str, **kwargs: str) -> None:
    """Ask a worker to run a task once this transaction has committed.

    A lost hint costs seconds, never work: the scheduler sweeps for the same rows. So an
    unreachable broker is logged (`robust`) and the request still succeeds.
    """

    def send() -> None:  # no partial: Django logs a failed hook by its __qualname__
        current_app.send_task(task_name, kwargs=kwargs)

    transaction.on_commit(send, robust=True)
