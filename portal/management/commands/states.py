"""`manage.py states`: draw docs/states.md from the tables."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal import diagrams


class Command(BaseCommand):
    help = "Write docs/states.md from the tables of states."

    def handle(self, *args: Any, **options: Any) -> None:
        Path(settings.BASE_DIR, "docs", "states.md").write_text(diagrams.page())
