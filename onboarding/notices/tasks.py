"""What the workers do about letters. Rows say what is due; see services."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from onboarding.notices import queries, services


@shared_task(name="notices.deliver", ignore_result=True)
def deliver(*, notice_id: str) -> None:
    services.deliver(notice_id=UUID(notice_id), at=timezone.now())


@shared_task(name="notices.sweep", ignore_result=True)
def sweep() -> None:
    """When something was told, and now and then from beat: hand out each letter that is due."""
    for notice_id in queries.waiting(timezone.now()):
        deliver.delay(notice_id=str(notice_id))
