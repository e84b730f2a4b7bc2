"""Rows of the database's tables as files, the same for every kind of database.

Values are written as Django's own serialisers write them, and read by the same fields' `to_python`.
"""

import gzip
from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from django.apps.registry import Apps
from django.db import connection
from django.db.models import AutoField, Field, Model

from proj.backup.contents import BackupProblem, Table
from proj.backup.writing import writing

# By table, and why.
LEFT_OUT = {
    "tracking_salt": "ends within 48 hours, and tells which address a visitor id came from",
    "tracking_visitorkey": "ends with its days, and tells the same",
    "tracking_filesalt": "ends within 48 hours, and tells the same of access logs",
    "django_session": "opens an account to whoever reads it",
    "usersessions_usersession": "belongs to a session",
    "account_emailconfirmation": "opens an account to whoever reads it, and is soon void",
    "realtime_outgoingmail": "may do so too, and would be sent a second time",
}

ROWS = 1000  # at once, read or written
COMPRESSION = 1  # a third more bytes than with 6, in a fifth of the time


def kept(apps: Apps) -> list[type[Model]]:
    """The models whose rows a backup has, of the apps of today or of a state of migrations."""
    models = apps.get_models(include_auto_created=True)
    own = [each for each in models if each._meta.managed and not each._meta.proxy]
    found = [each for each in own if each._meta.db_table not in LEFT_OUT]
    return sorted(found, key=lambda each: each._meta.db_table)


def write(model: type[Model], folder: Path) -> Table:
    """Write all rows of a model that the connection's transaction sees."""
    name, fields = model._meta.db_table, model._meta.concrete_fields
    path, rows = f"rows/{name}.jsonl.gz", 0
    found = model._base_manager.order_by().values_list(*(field.attname for field in fields))
    with (
        writing(folder, path) as to,
        gzip.GzipFile("", "wb", COMPRESSION, to, mtime=0) as lines,
    ):
        lines.write(orjson.dumps([field.column for field in fields]) + b"\n")
        each = found.iterator(chunk_size=ROWS)
        while chunk := list(islice(each, ROWS)):
            lines.write(b"".join(map(_line, chunk)))
            rows += len(chunk)
    return Table(name, rows, to.file(path), _last_id(model))


def _line(row: tuple[Any, ...]) -> bytes:
    return orjson.dumps(row, default=_text, option=orjson.OPT_APPEND_NEWLINE)


def _text(value: object) -> str:
    match value:
        case Decimal():
            return str(value)
        case bytes() | memoryview():
            return b64encode(value).decode()
    raise TypeError(f"a backup has no form for {type(value).__name__}")


def load(model: type[Model], folder: Path, table: Table) -> None:
    """Let the table have the rows of the backup and no others.

    Within a transaction, at whose end its constraints are checked. Raises `BackupProblem`.
    """
    quoted = connection.ops.quote_name
    with gzip.open(folder / table.file.path) as lines, connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {quoted(table.name)}")  # noqa: S608
        columns = orjson.loads(next(lines))
        by_column = {field.column: field for field in model._meta.concrete_fields}
        if set(columns) != set(by_column):
            raise BackupProblem(f"The rows of {table.name} do not fit the backup's migrations.")
        fields = [by_column[column] for column in columns]
        insert = (
            f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, columns))})"  # noqa: S608
            f" VALUES ({', '.join(['%s'] * len(columns))})"
        )
        for rows in _chunks(lines, fields):
            cursor.executemany(insert, rows)
        cursor.execute(f"SELECT count(*) FROM {quoted(table.name)}")  # noqa: S608
        [there] = cursor.fetchone()
        if there != table.rows:
            raise BackupProblem(f"{table.name} has {there} rows, and had {table.rows}.")
    _give_no_lower_id(model, table.last_id)


def _chunks(lines: Iterator[bytes], fields: list[Field]) -> Iterator[list[list[Any]]]:
    while chunk := [orjson.loads(line) for line in islice(lines, ROWS)]:
        yield [
            [
                field.get_db_prep_save(field.to_python(value), connection)
                for field, value in zip(fields, row, strict=True)
            ]
            for row in chunk
        ]


def _numbered(model: type[Model]) -> str:
    """The column whose values the database gives, or empty."""
    key = model._meta.pk
    return key.column if isinstance(key, AutoField) else ""


def _last_id(model: type[Model]) -> int | None:
    if not (column := _numbered(model)):
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            question = "SELECT seq FROM sqlite_sequence WHERE name = %s"
            cursor.execute(question, [model._meta.db_table])
        else:
            question = "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)"
            cursor.execute(question, [connection.ops.quote_name(model._meta.db_table), column])
        row = cursor.fetchone()
    return row[0] if row else None


def _give_no_lower_id(model: type[Model], last: int | None) -> None:
    """Go on counting where the backup's database was: what was deleted lends its id to nobody."""
    column, name = _numbered(model), model._meta.db_table
    if not column or not last:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, last])
        else:
            table = connection.ops.quote_name(name)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s)::regclass, %s)", [table, column, last]
            )
