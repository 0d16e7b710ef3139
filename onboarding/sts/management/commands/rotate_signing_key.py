"""`manage.py rotate_signing_key --environment test`: give an issuer its next signing key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from onboarding.core.environments import Environment
from onboarding.core.refusals import NotPossibleNow
from onboarding.sts.services.signing_keys import rotate
from onboarding.suppliers.actors import SYSTEM


class Command(BaseCommand):
    help = (
        "Publish the next signing key of an environment. It signs when caches of the JWKS have "
        "run out; the present key stays published until its last token has expired."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--environment", choices=Environment.values, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = rotate(environment=options["environment"], by=SYSTEM, at=timezone.now())
        except NotPossibleNow as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{key.kid} signs from {key.signs_from.isoformat()}")
