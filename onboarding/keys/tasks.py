"""What the workers do for keys. Rows say what is due; see services."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from onboarding.keys import services


@shared_task(name="keys.make", acks_late=True, ignore_result=True)
def make(*, making_id: str) -> None:
    services.make(making_id=UUID(making_id), at=timezone.now())


@shared_task(name="keys.sweep", ignore_result=True)
def sweep() -> None:
    """Every few seconds from beat."""
    services.sweep(at=timezone.now())


# Three quarters of a minute for 60,000 moduli, on a machine with nothing else to do.
@shared_task(name="keys.compare_moduli", ignore_result=True, soft_time_limit=540, time_limit=600)
def compare_moduli() -> None:
    """Every night from beat."""
    services.compare_all(at=timezone.now())


@shared_task(name="keys.remind", ignore_result=True)
def remind() -> None:
    """Every hour from beat."""
    services.remind(at=timezone.now())
