"""`manage.py dossier_verify FILE`: does a dossier still say what it said? Needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onboarding.promotion import dossier


class Command(BaseCommand):
    help = "Verify a dossier by itself: every file, every decision, every event."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--head", default="", help="the head that was noted when it was made")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            head = dossier.verify(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(f"cannot read the file: {error.strerror}") from error
        except dossier.BadDossier as error:
            raise CommandError(str(error)) from error
        if options["head"] and options["head"] != head:
            raise CommandError("the dossier is whole, but it is not the one that was noted")
        self.stdout.write(f"The dossier is whole. head {head}")
