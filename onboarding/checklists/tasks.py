"""What workers are asked to do about evidence."""

from celery import shared_task
from django.utils import timezone

from onboarding.checklists import services


@shared_task(name="checklists.sweep")
def sweep() -> None:
    """Every minute: begin evidence periods where set-ups have changed, note changes of keys."""
    now = timezone.now()
    services.keep_periods(at=now)
    services.note_key_changes(at=now)
