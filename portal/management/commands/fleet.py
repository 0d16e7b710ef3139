import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from onboarding.core.spreadsheets import as_csv
from onboarding.selfservice.asking import for_customers
from onboarding.selfservice.faults import Wrong
from onboarding.selfservice.reading import Unreadable, customers_of
from onboarding.selfservice.services import fleet
from onboarding.selfservice.services.fleet import Line, State
from onboarding.systems.automation_key import digest
from onboarding.systems.models import AutomationKey
from onboarding.systems.queries import automation_key

WORDS = {
    State.NEW: ("gets a draft", "got a draft"),
    State.WAITING: ("has a draft that waits", "has a draft that waits"),
    State.CONFIRMED: ("is connected", "is connected"),
    State.DECLINED: ("has said no", "has said no"),
    State.FAULTY: ("is faulty", "is faulty"),
}


class Command(BaseCommand):
    help = (
        "Make drafts for many customers from a file (CSV or JSON). `plan` says what would change, "
        "`apply` does it and may be repeated. The automation key is read from AUTOMATION_KEY."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["plan", "apply"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--environment", default="test", choices=["test", "production"])
        parser.add_argument(
            "--again", action="store_true", help="make new drafts for those that have declined"
        )
        parser.add_argument("--links", type=Path, help="write the confirmation links here, as CSV")

    @override("en")
    def handle(self, *args: Any, **options: Any) -> None:
        key = _key(options["environment"])
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            rows = customers_of(text, is_csv=options["file"].suffix.lower() == ".csv")
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        is_plan = options["act"] == "plan"
        act = fleet.plan if is_plan else fleet.apply
        customers, again = for_customers(rows), options["again"]
        try:
            lines = act(customers, key=key, at=timezone.now(), again=again)
        except Wrong as refused:
            raise CommandError(str(refused)) from refused
        for line in lines:
            said = WORDS[line.state][0 if is_plan else 1]
            self.stdout.write(" ".join([line.number or "–", said, *_details(line)]))
        counts = [f"{sum(each.state == state for each in lines)} {state}" for state in State]
        self.stdout.write(", ".join(counts))
        if options["links"]:
            options["links"].write_text(as_csv(_links(lines)), encoding="utf-8", newline="")
        if any(line.state == State.FAULTY for line in lines):
            raise CommandError("some customers are faulty; the others are not affected")


def _key(environment: str) -> AutomationKey:
    secret = os.environ.get("AUTOMATION_KEY", "")
    key = automation_key(digest(secret), environment) if secret else None
    if key is None:
        raise CommandError("Set AUTOMATION_KEY to an automation key that is in use there.")
    return key


def _details(line: Line) -> list[str]:
    """What is wrong; of a draft that waits, where the file asks otherwise than it does."""
    said = [f"{fault.pointer}: {fault.detail}".removeprefix(": ") for fault in line.faults]
    if line.state is State.WAITING and line.changes:
        places = " ".join(change.pointer for change in line.changes)
        said.append(f"with another {places}; a draft never changes")
    return said


def _links(lines: list[Line]) -> list[list[str]]:
    head = ["organizationNumber", "state", "clientId", "link"]
    found = [head]
    for line in lines:
        if line.draft:
            link = reverse("selfservice:confirm", args=[line.draft.environment, line.draft.pk])
            shown = settings.BASE_URL + link
            found.append([line.number, str(line.state), str(line.draft.pk), shown])
    return found
