"""Reads and copies all rows of a database, and digests them, so that two databases can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import JSONEncoder
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text

from practicum.store.schema import metadata, step

CHUNK = 500
"""Rows that are read and written at a time: a row may hold a megabyte of figures."""

OnRows = Callable[[int, int], None]
"""Called with the number of rows, or pages of a file, that are done, and how many there are."""

_CANONICAL = JSONEncoder(separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True)
class Content:
    """What a database contains: equal for two databases with the same rows, whatever kind they are."""

    counts: Mapping[str, int]
    """The number of rows of each table."""
    digest: str
    """A hash of all rows, in hexadecimal. The order of the rows plays no part."""


class _ContentSum:
    """The content of the rows added so far."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._counts = dict.fromkeys((table.name for table in tables), 0)
        self._sum = 0

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        self._counts[table.name] += len(rows)
        for row in rows:
            line = f"{table.name}{_CANONICAL.encode(row)}".encode()
            self._sum += int.from_bytes(hashlib.sha256(line).digest())

    def content(self) -> Content:
        return Content(self._counts, f"{self._sum % (1 << 256):064x}")


def tables_of(connection: Connection) -> list[Table]:
    """Return practicum's tables in a database of any revision, each after those that it refers to."""
    names = set(inspect(connection).get_table_names()) & metadata.tables.keys()
    if names == metadata.tables.keys():
        return list(metadata.sorted_tables)
    found = MetaData()
    found.reflect(connection, only=sorted(names))
    return list(found.sorted_tables)


def count_rows(connection: Connection, tables: Sequence[Table]) -> int:
    """Return the number of rows of all tables."""
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def read_content(connection: Connection, tables: Sequence[Table]) -> Content:
    """Return the content of these tables."""
    total = _ContentSum(tables)
    for table in tables:
        for rows in _chunks(connection, table):
            total.add(table, rows)
    return total.content()


def copy_rows(source: Connection, target: Connection, tables: Sequence[Table], on_rows: OnRows) -> Content:
    """Copy all rows of these tables to the same, empty tables, and return what was read."""
    total = _ContentSum(tables)
    count, done = count_rows(source, tables), 0
    for table in tables:
        for rows in _chunks(source, table):
            target.execute(table.insert(), rows)
            total.add(table, rows)
            done += len(rows)
            on_rows(done, count)
    if target.dialect.name == "postgresql":
        _continue_numbers(target)
    return total.content()


def _chunks(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    # With a cursor of the server's own: psycopg would otherwise fetch the whole table first.
    result = connection.execution_options(yield_per=CHUNK).execute(select(table))
    names = table.columns.keys()
    for rows in result.partitions():
        yield [dict(zip(names, row, strict=True)) for row in rows]


def _continue_numbers(target: Connection) -> None:
    """Let PostgreSQL number the next step after those that were copied with their numbers."""
    sequence = f"pg_get_serial_sequence('{step.name}', 'id')"
    target.execute(text(f"SELECT setval({sequence}, coalesce(max(id), 0) + 1, false) FROM {step.name}"))
