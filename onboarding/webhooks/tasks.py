"""What workers are asked to do about webhooks. Rows say what is due; see services."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from onboarding.webhooks import services


@shared_task(name="webhooks.deliver", ignore_result=True)
def deliver(*, delivery_id: str) -> None:
    services.deliver(delivery_id=UUID(delivery_id), at=timezone.now())


@shared_task(name="webhooks.sweep", ignore_result=True)
def sweep() -> None:
    """Every few seconds from beat: read on in the log, and hand out what nobody has."""
    now = timezone.now()
    while services.fan_out(at=now) == services.BATCH:
        pass
    services.sweep(at=now)


@shared_task(name="webhooks.ahead", ignore_result=True)
def ahead() -> None:
    """Every hour: note which keys end soon, and forget what is old."""
    now = timezone.now()
    services.announce_expiring(at=now)
    services.forget(at=now)
