import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from portal import environment
from portal.processes import BASE_DIR
from tests.portals import settings_read


def test_every_setting_is_described_and_none_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (BASE_DIR / "docs/settings.md").read_text(), re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert "SECRET_KEY" in described
    assert described == settings_read()


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL"])
def test_a_portal_that_is_told_nothing_does_not_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(ImproperlyConfigured, match=rf"Set {name} \(or {name}_FILE\)"):
        environment.text(name)


def test_the_database_is_asked_as_its_address_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://portal:p%40ss@db:5433/portal?sslmode=verify-full"
    )

    database = environment.database(Path())

    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db", "5433", "p@ss")
    assert database["OPTIONS"] == environment.PATIENCE | {"sslmode": "verify-full"}


@pytest.mark.django_db
def test_postgresql_lets_nobody_hold_up_the_others_for_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('lock_timeout', 'idle_in_transaction_session_timeout')"
        )
        assert dict(cursor.fetchall()) == {
            "lock_timeout": "15000",
            "idle_in_transaction_session_timeout": "60000",
        }
