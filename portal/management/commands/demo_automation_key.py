import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import demo, demo_automation


class Command(BaseCommand):
    help = "Make an automation key for the demo's client system; print both as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("This prints a key: it is for DEBUG=1 only.")
        made = demo_automation.make(timezone.now())
        content = {
            "environment": str(demo.TEST),
            "clientSystemId": str(made.key.system_id),
            "clientSystemName": made.key.system.name,
            "automationKey": made.secret,
        }
        self.stdout.write(json.dumps(content, indent=2, ensure_ascii=False))
