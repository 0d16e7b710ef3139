"""What workers are asked to do about token tests."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from onboarding.smoketests import queries, services


@shared_task(name="smoketests.execute")
def execute(*, run_id: str) -> None:
    services.execute(run_id=UUID(run_id), at=timezone.now())


@shared_task(name="smoketests.sweep")
def sweep() -> None:
    """Every few seconds: give up what is lost, and ask again for what no worker has."""
    now = timezone.now()
    services.give_up(at=now)
    for run_id in queries.waiting(now):
        execute.delay(run_id=str(run_id))
