"""Migrations in SQL that differ by database: triggers and special indexes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Statements = Mapping[str, Sequence[str]]


def vendor_sql(forwards: Statements, backwards: Statements) -> migrations.RunPython:
    """Return an operation that runs the statements for the database at hand (by vendor name)."""

    def run(statements: Statements) -> Any:
        def execute(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
            for statement in statements.get(schema_editor.connection.vendor, ()):
                schema_editor.execute(statement)

        return execute

    return migrations.RunPython(run(forwards), run(backwards), elidable=False)


def refuse(
    table: str, name: str, events: Sequence[str], when: str
) -> tuple[Statements, Statements]:
    """Return statements for triggers that refuse `events` (UPDATE, DELETE, INSERT) on `table`.

    `when` is an SQL condition over OLD (and NEW) that both databases understand.
    """
    forwards: dict[str, list[str]] = {"postgresql": [], "sqlite": []}
    backwards: dict[str, list[str]] = {"postgresql": [], "sqlite": []}
    forwards["postgresql"].append(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({when}) THEN RAISE EXCEPTION '{name}' USING ERRCODE = '23514'; END IF; "
        "IF (TG_OP = 'DELETE') THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for event in events:
        trigger = f"{name}_{event.lower()}"
        forwards["postgresql"].append(
            f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
        backwards["postgresql"].append(f"DROP TRIGGER {trigger} ON {table}")
        forwards["sqlite"].append(
            f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} "
            f"FOR EACH ROW WHEN ({when}) BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )
        backwards["sqlite"].append(f"DROP TRIGGER {trigger}")
    backwards["postgresql"].append(f"DROP FUNCTION {name}()")
    return forwards, backwards
