"""What is done for the authorization server in the background."""

from celery import shared_task
from django.utils import timezone

from onboarding.sts.services import signing_keys


@shared_task(name="sts.sweep")
def sweep() -> None:
    """Drop old signing keys and what cannot be replayed any more."""
    signing_keys.sweep(at=timezone.now())
