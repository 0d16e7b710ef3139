from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import catalogs


class Command(BaseCommand):
    help = "Collect the strings for people, keep their English, compile; --check only looks."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail unless all is current")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        english = catalogs.english(catalogs.collected())
        missing = catalogs.untranslated(english)
        files = catalogs.files(english, catalogs.bokmal())
        if not check:
            for path, content in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self.stdout.write(f"{len(english)} strings, {len(missing)} without English")
        elif missing:
            raise CommandError(f"{len(missing)} strings without English, first: {missing[0]!r}")
        elif any(not path.exists() or path.read_bytes() != files[path] for path in files):
            raise CommandError("The catalogues are not current: run `manage.py catalogs`.")
