"""Fixed SQL for the few places that are asked so often that planning each time would count.

The ORM is for everything else. On PostgreSQL the server plans such a statement once for each
connection; that, leaving out the question whether the connection lives, and having libpq wait for
the answer instead of Python are worth a millisecond for the statements of a token request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection, Cursor, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

Rows = list[tuple[Any, ...]]
# The names under which each connection knows its statements.
_prepared: WeakKeyDictionary[Connection[Any], dict[str, bytes]] = WeakKeyDictionary()


def fetch(sql: str, params: Sequence[Any], *, repeatable: bool = False) -> Rows:
    """Run a statement whose text is always the same; return its rows.

    `params` are as the database adapts them (`connection.ops.adapt_…`). `repeatable` says that
    the statement may be run again on a new connection when the old one turns out to be dead:
    reads may. Raises `django.db.DatabaseError` or `InterfaceError`.
    """
    # Looked up once: `django.db.connection` looks it up again for each attribute.
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        return _fetch(connection, sql, params)
    except (OperationalError, InterfaceError):
        if not repeatable or connection.in_atomic_block or _is_alive(connection):
            raise
        connection.close()
        return _fetch(connection, sql, params)


def uuid_param(value: UUID) -> UUID | str:
    """Return a UUID as the database at hand keeps it."""
    has_uuids = connections[DEFAULT_DB_ALIAS].features.has_native_uuid_field
    return value if has_uuids else value.hex


def _fetch(connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> Rows:
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows: Rows = cursor.fetchall()
        return rows
    return _fetch_prepared(connection, sql, params)


def _fetch_prepared(connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> Rows:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = connection.connection
        if connection.in_atomic_block:
            # psycopg begins transactions, so what belongs to one goes through its cursor.
            return Cursor(raw).execute(sql, params).fetchall()
        statement = _prepared.setdefault(raw, {}).get(sql) or _prepare(raw, sql)
        data = Transformer(raw)
        result = raw.pgconn.exec_prepared(
            statement, data.dump_sequence(params, [PyFormat.TEXT] * len(params))
        )
        if result.status != ExecStatus.TUPLES_OK:
            raise _error(result)
        data.set_pgresult(result)
        return data.load_rows(0, result.ntuples, tuple)


def _prepare(raw: Connection[Any], sql: str) -> bytes:
    """Have the server plan a statement, the types of its parameters as their places say."""
    known = _prepared[raw]
    name = b"fixed_%d" % len(known)
    numbers = iter(range(1, sql.count("%s") + 1))
    numbered = re.sub("%s", lambda _: f"${next(numbers)}", sql)
    result = raw.pgconn.prepare(name, numbered.encode())
    if result.status != ExecStatus.COMMAND_OK:
        raise _error(result)
    known[sql] = name
    return name


def _error(result: PGresult) -> errors.Error:
    """The exception for a result; one without a code is that the server has gone."""
    code = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    try:
        kind = errors.lookup(code) if code else errors.OperationalError
    except KeyError:  # a code that psycopg does not know
        kind = errors.DatabaseError
    return kind(result.get_error_message())


def _is_alive(connection: BaseDatabaseWrapper) -> bool:
    try:
        return connection.connection is not None and connection.is_usable()
    except Error:
        return False
