from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from onboarding.core.environments import Environment
from onboarding.suppliers.models import Organization
from portal import own_api


class Command(BaseCommand):
    help = "Register the portal's own API and its scope in an environment, unless they are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("environment", choices=Environment.values)
        parser.add_argument("organization", help="number of the organisation that runs the portal")

    def handle(self, *args: Any, environment: str, organization: str, **options: Any) -> None:
        owner = Organization.objects.filter(number=organization).first()
        if owner is None:
            raise CommandError(f"No organisation here has the number {organization}.")
        scope = own_api.ensure(environment=environment, organization_id=owner.pk, at=timezone.now())
        self.stdout.write(f"{scope.name} is registered in {environment}")
