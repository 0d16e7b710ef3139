from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from onboarding.systems.states import Algorithm
from portal import demo_client


class Command(BaseCommand):
    help = "Make a client of the demo that gets tokens at once; print its configuration file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--alg", choices=Algorithm.values, default=Algorithm.ES384.value)
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            help="of the test environment; may be repeated (nhn:cp-api/access if left out)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("This prints a private key: it is for DEBUG=1 only.")
        scopes = options["scopes"] or ["nhn:cp-api/access"]
        try:
            file = demo_client.make(alg=options["alg"], scopes=scopes, at=timezone.now())
        except demo_client.UnknownScope as error:
            raise CommandError(f"No API in the test environment has the scope {error}.") from error
        self.stdout.write(file.text, ending="")
