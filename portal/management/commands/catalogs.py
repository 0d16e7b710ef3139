from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import catalogs


class Command(BaseCommand):
    help = "Collect the strings for people, keep their English, compile; --check only looks."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail unless all is current")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        catalog = catalogs.renewed()
        missing = catalogs.untranslated(catalog)
        po, mo = catalogs.written(catalog)
        if not check:
            catalogs.FOLDER.mkdir(parents=True, exist_ok=True)
            catalogs.PO.write_bytes(po)
            catalogs.MO.write_bytes(mo)
            self.stdout.write(f"{len(catalog)} strings, {len(missing)} without English")
        elif missing:
            raise CommandError(f"{len(missing)} strings without English, first: {missing[0]!r}")
        elif (catalogs.PO.read_bytes(), catalogs.MO.read_bytes()) != (po, mo):
            raise CommandError("The catalogue is not current: run `manage.py catalogs`.")
