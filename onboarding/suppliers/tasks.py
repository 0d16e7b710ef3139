"""What the workers do about suppliers: reminders that nobody asks for."""

from celery import shared_task
from django.utils import timezone

from onboarding.suppliers.services import campaigns, change_reminders


@shared_task(name="suppliers.sweep", ignore_result=True)
def sweep() -> None:
    """Every quarter of an hour from beat."""
    at = timezone.now()
    campaigns.remind(at=at)
    change_reminders.remind(at=at)
