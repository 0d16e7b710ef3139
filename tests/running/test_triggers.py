"""What the databases refuse by themselves is the same in both, after all migrations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests import portals

GUARDED = {
    "audit_event",
    "checklists_checklistversion",
    "checklists_item",
    "checklists_subject",
    "promotion_answer",
    "promotion_case",
    "promotion_caseuri",
    "promotion_comment",
    "promotion_condition",
    "promotion_decision",
    "promotion_decisionreason",
    "promotion_judgement",
    "promotion_release",
    "suppliers_acceptance",
    "suppliers_acknowledgement",
    "suppliers_changenotice",
    "suppliers_supplierstep",
    "suppliers_terms",
    "suppliers_termsduty",
    "systems_revision",
    "systems_revisionscope",
    "systems_revisiontag",
    "systems_revisionuri",
}


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a laptop, made as `make run` makes it."""
    folder = tmp_path_factory.mktemp("sqlite")
    environment = portals.plain_environment(DEBUG="1", DATA_DIR=str(folder))
    portals.run(["python", "manage.py", "migrate", "--noinput"], environment)
    return folder / "portal.sqlite3"


def of_sqlite(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as database:
        return set(
            database.execute("SELECT tbl_name, name FROM sqlite_master WHERE type='trigger'")
        )


def of_postgresql() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal"
        )
        return set(cursor.fetchall())


@pytest.mark.django_db
def test_no_trigger_is_lost_where_sqlite_makes_a_table_anew(sqlite: Path) -> None:
    triggers = of_sqlite(sqlite)

    assert {table for table, _name in triggers} == GUARDED
    assert triggers == of_postgresql()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"]
)
def test_sqlite_refuses_to_change_the_log(sqlite: Path, statement: str) -> None:
    with closing(sqlite3.connect(sqlite)) as database:
        database.execute(
            "INSERT INTO audit_event (seq, kind, occurred_at, actor, environment, subject, details,"
            " chain) VALUES (1, 'a.b', '2026-01-01', 'me', '', 'c', '{}', '')"
        )
        with pytest.raises(sqlite3.IntegrityError, match="events_never_change"):
            database.execute(statement)
