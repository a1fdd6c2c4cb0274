"""Statements of the hot path, compiled once. On SQLite the driver runs them without a detour.

What SQLAlchemy does around each execution (context, events, result, cursor) is a fine thing elsewhere; here it costs
several times what SQLite itself does. Types are converted by SQLAlchemy's own processors all the same.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any]
Parameters = Mapping[str, Any]
Link = Connection | sqlite3.Connection
"""What plain functions run their statements on: a connection of SQLAlchemy, or SQLite's own (`Database.transact`)."""

DIALECT = sqlite.dialect()


class Prepared:
    """One statement, or one for each kind of database. `columns`: which ones an INSERT sets."""

    def __init__(
        self, statement: Statement | Mapping[str, Statement], *, columns: Sequence[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: _Compiled | None = None

    def rows(self, link: Link, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Run a SELECT."""
        if isinstance(link, Connection) and link.dialect.name != "sqlite":
            return [tuple(row) for row in link.execute(self._for(link.dialect.name), parameters)]
        compiled = self._for_sqlite()
        with _Errors(compiled.sql):
            cursor = _driver(link).cursor()
            cursor.execute(compiled.sql, compiled.bound(parameters))
            found = cursor.fetchall()
            cursor.close()
        return compiled.converted(found)

    def run(self, link: Link, many: Sequence[Parameters]) -> None:
        """Run an INSERT or UPDATE for each of `many`."""
        if isinstance(link, Connection) and link.dialect.name != "sqlite":
            link.execute(self._for(link.dialect.name), many)
            return
        compiled = self._for_sqlite()
        with _Errors(compiled.sql):
            cursor = _driver(link).cursor()
            cursor.executemany(compiled.sql, [compiled.bound(parameters) for parameters in many])
            cursor.close()

    def _for(self, dialect: str) -> Statement:
        return self._statement[dialect] if isinstance(self._statement, Mapping) else self._statement

    def _for_sqlite(self) -> "_Compiled":
        if self._compiled is None:
            self._compiled = _compile(self._for("sqlite"), self._columns)
        return self._compiled


def _driver(link: Link) -> Any:
    """SQLite's driver: the link itself, or what SQLAlchemy's connection has below it."""
    return link.connection if isinstance(link, Connection) else link


@dataclass(frozen=True)
class _Compiled:
    """SQL, what its places hold (a name to look up, or a value), and how values and rows are converted."""

    sql: str
    places: list[tuple[str | None, Any, Convert | None]]
    columns: list[Convert | None]

    def bound(self, parameters: Parameters) -> list[Any]:
        return [
            fixed if name is None else (parameters[name] if convert is None else convert(parameters[name]))
            for name, fixed, convert in self.places
        ]

    def converted(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        return [
            tuple(
                value if convert is None else convert(value)
                for value, convert in zip(row, self.columns, strict=True)
            )
            for row in rows
        ]


class _Errors:
    """Errors of the driver as they come from SQLAlchemy."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, sqlite3.IntegrityError):
            raise IntegrityError(self._sql, None, error) from error
        if isinstance(error, sqlite3.OperationalError):
            raise OperationalError(self._sql, None, error) from error
        if isinstance(error, sqlite3.Error):
            raise DatabaseError(self._sql, None, error) from error


def _compile(statement: Statement, columns: Sequence[str] | None) -> _Compiled:
    compiled = statement.compile(dialect=DIALECT, column_keys=list(columns) if columns else None)
    if compiled.post_compile_params:
        raise TypeError("lists of parameters go through store.pairs")
    places: list[tuple[str | None, Any, Convert | None]] = []
    for name in compiled.positiontup or ():
        bind = compiled.binds[name]
        convert = bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
        if bind.required:
            places.append((bind.key, None, convert))
        else:
            places.append((None, convert(bind.effective_value) if convert else bind.effective_value, None))
    selected = statement.selected_columns if isinstance(statement, Select) else ()
    converts: list[Convert | None] = [
        column.type.dialect_impl(DIALECT).result_processor(DIALECT, None) for column in selected
    ]
    return _Compiled(str(compiled), places, converts)
