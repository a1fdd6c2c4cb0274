"""Looking up many pairs of texts at once: one statement with one parameter, however many pairs there are.

`(a, b) IN (…)` will not do: SQLite reads the whole table for it. Joined with the wanted pairs as rows, each of them
is a step through an index.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, String, Subquery, text

_ROWS = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS two FROM json_each(:pairs)"
    ),
    "postgresql": (
        "SELECT pair ->> 0 AS one, pair ->> 1 AS two "
        "FROM jsonb_array_elements(CAST(CAST(:pairs AS text) AS jsonb)) AS pair"
    ),
}

ByDialect = dict[str, Select[Any]]


def by_pairs(build: Callable[[Subquery], Select[Any]]) -> ByDialect:
    """A statement that joins the wanted pairs (columns `one`, `two`), for each kind of database."""
    return {
        dialect: build(text(rows).columns(one=String, two=String).subquery("wanted"))
        for dialect, rows in _ROWS.items()
    }


def look_up(
    connection: Connection, statement: ByDialect, pairs: Iterable[tuple[str, str]]
) -> list[tuple[Any, ...]]:
    """The rows of a statement made by `by_pairs`."""
    wanted = msgspec.json.encode(list(pairs)).decode()
    rows = connection.execute(statement[connection.dialect.name], {"pairs": wanted})
    return [tuple(row) for row in rows]
