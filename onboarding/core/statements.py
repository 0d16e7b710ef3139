"""Fixed SQL for the few places that are asked so often that planning each time would count.

The ORM is for everything else. On PostgreSQL the server plans such a statement once for each
connection; that, and leaving out the question whether the connection lives, is worth a
millisecond for the statements of a token request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import Error, InterfaceError, OperationalError, connection
from psycopg import Cursor

Rows = list[tuple[Any, ...]]


def fetch(sql: str, params: Sequence[Any], *, repeatable: bool = False) -> Rows:
    """Run a statement whose text is always the same; return its rows.

    `params` are as the database adapts them (`connection.ops.adapt_…`). `repeatable` says that
    the statement may be run again on a new connection when the old one turns out to be dead:
    reads may. Raises `django.db.DatabaseError` or `InterfaceError`.
    """
    try:
        return _fetch(sql, params)
    except (OperationalError, InterfaceError):
        if not repeatable or connection.in_atomic_block or _is_alive():
            raise
        connection.close()
        return _fetch(sql, params)


def uuid_param(value: UUID) -> UUID | str:
    """Return a UUID as the database at hand keeps it."""
    return value if connection.features.has_native_uuid_field else value.hex


def _fetch(sql: str, params: Sequence[Any]) -> Rows:
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows: Rows = cursor.fetchall()
        return rows
    return _fetch_prepared(sql, params)


def _fetch_prepared(sql: str, params: Sequence[Any]) -> Rows:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = connection.connection
        # Django's own cursors never prepare, whatever stands here.
        raw.prepare_threshold = 0
        cursor = Cursor(raw)
        cursor.execute(sql, params, prepare=True)
        return cursor.fetchall()


def _is_alive() -> bool:
    try:
        return connection.connection is not None and connection.is_usable()
    except Error:
        return False
