"""`manage.py demo_ttt_key`: a fresh key of the test token service, for a supplier's own CI."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.suppliers.queries import actor_for
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.services import keys
from portal import demo

NAME: Final = "demo_ttt_key"
MAKER: Final = "kari"
DAYS: Final = 30


class Command(BaseCommand):
    help = "Make a key of the test token service (X-Auth-Key); print it."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("This prints a key: it is for DEBUG=1 only.")
        at = timezone.now()
        demo.make(at)
        by = actor_for(User.objects.get(username=MAKER))
        owner = demo.organization(demo.SUPPLIER)
        # One that works at a time, so that it can be asked for as often as CI runs.
        mine = TokenKey.objects.filter(organization=owner, name=NAME).usable(at)
        for old in list(mine):
            keys.end(key_id=old.pk, by=by, at=at)
        _, secret = keys.make(organization_id=owner.pk, name=NAME, days=DAYS, by=by, at=at)
        self.stdout.write(secret)
