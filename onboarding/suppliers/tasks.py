"""What the workers do about suppliers: reminders that nobody asks for."""

from celery import shared_task
from django.utils import timezone

from onboarding.suppliers.services import campaigns


@shared_task(name="suppliers.sweep", ignore_result=True)
def sweep() -> None:
    """Every quarter of an hour from beat."""
    campaigns.remind(at=timezone.now())
