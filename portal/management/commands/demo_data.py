from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import demo


class Command(BaseCommand):
    help = "Make the demo's people, organisations, APIs and client systems, unless they are there."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is for the demo: set DEMO=1.")
        demo.make(timezone.now())
