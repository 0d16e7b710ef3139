"""What workers are asked to do about API checks."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from onboarding.testtokens import queries
from onboarding.testtokens.services import checks, running


@shared_task(name="testtokens.execute")
def execute(*, check_id: str) -> None:
    running.execute(check_id=UUID(check_id), at=timezone.now())


@shared_task(name="testtokens.sweep")
def sweep() -> None:
    """Every few seconds: give up what is lost, and ask again for what no worker has."""
    now = timezone.now()
    running.give_up(at=now)
    for check_id in queries.waiting(now):
        execute.delay(check_id=str(check_id))


@shared_task(name="testtokens.nightly")
def nightly() -> None:
    checks.start_nightly(at=timezone.now())
