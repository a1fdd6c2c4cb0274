"""Looking up many texts, pairs of them, or texts with spans of numbers, at once.

It takes one statement with one parameter, however many there are.

`(a, b) IN (…)` will not do: SQLite reads the whole table for it. Joined with the wanted pairs as rows, each of them
is a step through an index.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Insert, Select, String, Subquery, text

from store.prepared import Link, Prepared

_ROWS = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS two FROM json_each(:pairs)"
    ),
    "postgresql": (
        "SELECT pair ->> 0 AS one, pair ->> 1 AS two "
        "FROM jsonb_array_elements(CAST(CAST(:pairs AS text) AS jsonb)) AS pair"
    ),
}

# As an array, because PostgreSQL expects ten of that and a hundred of the other: enough to read a table for them.
_IDS = {
    "sqlite": "SELECT value AS one FROM json_each(:ids)",
    "postgresql": (
        "SELECT id AS one FROM "
        "unnest(ARRAY(SELECT jsonb_array_elements_text(CAST(CAST(:ids AS text) AS jsonb)))) AS id"
    ),
}

_SPANS = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS first, "
        "json_extract(value, '$[2]') AS last FROM json_each(:spans)"
    ),
    "postgresql": (
        "SELECT span ->> 0 AS one, CAST(span ->> 1 AS bigint) AS first, CAST(span ->> 2 AS bigint) AS last "
        "FROM jsonb_array_elements(CAST(CAST(:spans AS text) AS jsonb)) AS span"
    ),
}


def by_pairs(build: Callable[[Subquery], Select[Any] | Insert]) -> Prepared:
    """A statement that joins the wanted pairs (columns `one`, `two`), for each kind of database."""
    return Prepared(
        {
            dialect: build(text(rows).columns(one=String, two=String).subquery("wanted"))
            for dialect, rows in _ROWS.items()
        }
    )


def by_ids(
    build: Callable[[Subquery], Select[Any]], *, postgresql: Callable[[Subquery], Select[Any]] | None = None
) -> Prepared:
    """The same for single texts (column `one`). `postgresql`: where it has to be asked in another way."""
    builds = {"sqlite": build, "postgresql": postgresql or build}
    return Prepared(
        {
            dialect: builds[dialect](text(rows).columns(one=String).subquery("wanted"))
            for dialect, rows in _IDS.items()
        }
    )


def by_spans(build: Callable[[Subquery], Select[Any]]) -> Prepared:
    """The same for a text with the first and the last of some numbers (columns `one`, `first`, `last`)."""
    return Prepared(
        {
            dialect: build(
                text(rows).columns(one=String, first=BigInteger, last=BigInteger).subquery("wanted")
            )
            for dialect, rows in _SPANS.items()
        }
    )


def look_up(
    link: Link, /, statement: Prepared, pairs: Iterable[tuple[str, str]], **parameters: Any
) -> list[tuple[Any, ...]]:
    """The rows of a statement made by `by_pairs`; `parameters` are what else it asks for."""
    return statement.rows(link, {"pairs": msgspec.json.encode(list(pairs)).decode(), **parameters})


def look_up_ids(
    link: Link, /, statement: Prepared, ids: Iterable[str], **parameters: Any
) -> list[tuple[Any, ...]]:
    """The rows of a statement made by `by_ids`."""
    return statement.rows(link, {"ids": msgspec.json.encode(list(ids)).decode(), **parameters})


def look_up_spans(
    link: Link, /, statement: Prepared, spans: Iterable[tuple[str, int, int]], **parameters: Any
) -> list[tuple[Any, ...]]:
    """The rows of a statement made by `by_spans`."""
    return statement.rows(link, {"spans": msgspec.json.encode(list(spans)).decode(), **parameters})
