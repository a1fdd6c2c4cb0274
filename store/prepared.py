"""Statements of the hot path, compiled once. On SQLite the driver runs them without a detour.

What SQLAlchemy does around each execution (context, events, result, cursor) is a fine thing elsewhere; here it costs
several times what SQLite itself does. Types are converted by SQLAlchemy's own processors all the same.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import msgspec
from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Delete,
    Insert,
    Select,
    TextClause,
    Update,
    literal_column,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.sql.visitors import replacement_traverse

P = ParamSpec("P")
T = TypeVar("T")
Statement = Select[Any] | Insert | Update | Delete | TextClause
Convert = Callable[[Any], Any]
Parameters = Mapping[str, Any]
Link = Connection | sqlite3.Connection
"""What plain functions run their statements on: a connection of SQLAlchemy, or SQLite's own (`Database.transact`)."""

DIALECT = sqlite.dialect()


async def through(
    session: AsyncSession, work: Callable[Concatenate[Link, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """What a plain function on a link does or finds, within a session's transaction."""
    return await (await session.connection()).run_sync(work, *args, **kwargs)


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
        cursor = _cursor(link)
        try:
            cursor.execute(compiled.sql, compiled.bound(parameters))
            found = cursor.fetchall()
        except sqlite3.Error as error:
            raise _translated(error, compiled.sql) from error
        cursor.close()
        return compiled.converted(found)

    def run(self, link: Link, many: Sequence[Parameters]) -> None:
        """Run an INSERT or UPDATE for each of `many`."""
        if isinstance(link, Connection) and link.dialect.name != "sqlite":
            link.execute(self._for(link.dialect.name), many)
        else:
            compiled = self._for_sqlite()
            self._run_on_sqlite(link, compiled, [compiled.bound(parameters) for parameters in many])

    def insert(self, link: Link, rows: Sequence[msgspec.Struct]) -> None:
        """Run an INSERT for each of these structs, whose fields are its columns."""
        if isinstance(link, Connection) and link.dialect.name != "sqlite":
            link.execute(self._for(link.dialect.name), [msgspec.structs.asdict(row) for row in rows])
        else:
            compiled = self._for_sqlite()
            fields = attrgetter(*compiled.names)
            self._run_on_sqlite(link, compiled, [compiled.with_types(list(fields(row))) for row in rows])

    def _run_on_sqlite(self, link: Link, compiled: "_Compiled", many: list[list[Any]]) -> None:
        cursor = _cursor(link)
        try:
            cursor.executemany(compiled.sql, many)
        except sqlite3.Error as error:
            raise _translated(error, compiled.sql) from error
        cursor.close()

    def _for(self, dialect: str) -> Statement:
        return self._statement[dialect] if isinstance(self._statement, Mapping) else self._statement

    def _for_sqlite(self) -> "_Compiled":
        if self._compiled is None:
            self._compiled = _compile(self._for("sqlite"), self._columns)
        return self._compiled


def _cursor(link: Link) -> Any:
    """A cursor of SQLite's driver: the link itself, or what SQLAlchemy's connection has below it."""
    return (link.connection if isinstance(link, Connection) else link).cursor()


@dataclass(frozen=True)
class _Compiled:
    """SQL; what its places hold, by name and in order; and the places and columns whose values are converted."""

    sql: str
    names: list[str]
    fixed: dict[str, Any]
    places: list[tuple[int, Convert]]
    columns: list[tuple[int, Convert]]

    def bound(self, parameters: Parameters) -> list[Any]:
        if self.fixed:
            parameters = {**self.fixed, **parameters}
        return self.with_types([parameters[name] for name in self.names])

    def with_types(self, values: list[Any]) -> list[Any]:
        """What the driver is to bind, made in place from values in the order of `names`."""
        for index, convert in self.places:
            values[index] = convert(values[index])
        return values

    def converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [self._converted(row) for row in rows] if self.columns else rows

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for index, convert in self.columns:
            values[index] = convert(values[index])
        return tuple(values)


def _compile(statement: Statement, columns: Sequence[str] | None) -> _Compiled:
    # A constant that is bound makes SQLite prepare the statement anew each time, if the use of a partial index could
    # hang on its value.
    said = cast("Statement", replacement_traverse(statement, {}, _constant))
    compiled = said.compile(dialect=DIALECT, column_keys=list(columns) if columns else None)
    if compiled.post_compile_params:
        raise TypeError("lists of parameters go through store.pairs")
    binds = [compiled.binds[name] for name in compiled.positiontup or ()]
    selected = statement.selected_columns if isinstance(statement, Select) else ()
    return _Compiled(
        sql=str(compiled),
        names=[bind.key for bind in binds],
        fixed={
            **{bind.key: bind.effective_value for bind in binds if not bind.required},
            **{column.key: _default(column) for column in compiled.insert_prefetch},
        },
        places=_converting([bind.type.dialect_impl(DIALECT).bind_processor(DIALECT) for bind in binds]),
        columns=_converting(
            [column.type.dialect_impl(DIALECT).result_processor(DIALECT, None) for column in selected]
        ),
    )


def _default(column: Column[Any]) -> Any:
    """What a column that an INSERT leaves out is to hold, as its table says."""
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise TypeError(f"{column} has to be set: its default is made anew for each row")
    return column.default.arg


def _constant(element: Any, **_: Any) -> Any:
    """A text that the code binds, as it is written in SQL; None for what stays."""
    if isinstance(element, BindParameter) and not element.required and isinstance(element.value, str):
        process = element.type.dialect_impl(DIALECT).literal_processor(DIALECT)
        return literal_column(process(element.value), element.type) if process else None
    return None


def _converting(converts: Sequence[Convert | None]) -> list[tuple[int, Convert]]:
    return [(index, convert) for index, convert in enumerate(converts) if convert is not None]


def _translated(error: sqlite3.Error, sql: str) -> DBAPIError:
    """An error of the driver as it comes from SQLAlchemy."""
    kinds: dict[type[sqlite3.Error], type[DBAPIError]] = {
        sqlite3.IntegrityError: IntegrityError,
        sqlite3.OperationalError: OperationalError,
    }
    return kinds.get(type(error), DatabaseError)(sql, None, error)
