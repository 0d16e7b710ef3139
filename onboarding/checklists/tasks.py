"""What workers are asked to do about evidence."""

from celery import shared_task
from django.utils import timezone

from onboarding.checklists import services


@shared_task(name="checklists.sweep")
def sweep() -> None:
    """Every minute: begin a new evidence period wherever the set-up has changed."""
    services.keep_periods(at=timezone.now())
