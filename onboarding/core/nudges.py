"""Hints to the workers. Rows in the database say what is due; a hint only says "look now"."""

from typing import Any, Final

from celery import current_app
from django.db import transaction

# A person is waiting: a broker that does not answer at once gets no hint, nor a second chance.
_IMPATIENT: Final[dict[str, Any]] = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}


def nudge(task_name: str, **kwargs: str) -> None:
    """Ask a worker to run a task once this transaction has committed.

    A lost hint costs seconds, never work: the scheduler sweeps for the same rows. So a broker
    that is unreachable, or does not answer within half a second, is logged (`robust`), and the
    request still succeeds.
    """

    def send() -> None:  # no partial: Django logs a failed hook by its __qualname__
        # A connection of its own: those of the pool are as patient as a worker has to be.
        with current_app.connection_for_write(transport_options=_IMPATIENT) as connection:
            current_app.send_task(task_name, kwargs=kwargs, connection=connection)

    transaction.on_commit(send, robust=True)
