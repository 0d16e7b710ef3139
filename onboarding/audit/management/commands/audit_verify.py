"""`manage.py audit_verify`: prove that the event log is as it was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onboarding.audit.chain import Head
from onboarding.audit.services import head, verify


class Command(BaseCommand):
    help = (
        "Follow the hash chain of the event log from its first event; exit 1 where it is broken. "
        "Print its head, to be noted elsewhere and given to a later run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=Head.read,
            metavar="NUMBER:HASH",
            help="noted earlier; without it, missing events at the end do not show",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        last = head()
        broken = verify(options["head"])
        if broken is not None:
            raise CommandError(
                f"Event {broken} is not what was written, or missing. All before it are whole."
            )
        self.stdout.write(f"{last.seq} events, unbroken. head {last}")
