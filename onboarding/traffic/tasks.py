"""What is done for the traces in the background."""

from celery import shared_task
from django.utils import timezone

from onboarding.traffic.services.forgetting import forget


@shared_task(name="traffic.sweep", ignore_result=True)
def sweep() -> None:
    """Every ten minutes: forget what is older than is kept."""
    forget(at=timezone.now())
