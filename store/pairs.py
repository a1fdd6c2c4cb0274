"""Looking up many texts, or pairs of them, at once: one statement with one parameter, however many pairs there are.

`(a, b) IN (…)` will not do: SQLite reads the whole table for it. Joined with the wanted pairs as rows, each of them
is a step through an index.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Insert, Select, String, Subquery, text

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

_IDS = {
    "sqlite": "SELECT value AS one FROM json_each(:ids)",
    "postgresql": (
        "SELECT id AS one FROM jsonb_array_elements_text(CAST(CAST(:ids AS text) AS jsonb)) AS id"
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


def by_ids(build: Callable[[Subquery], Select[Any]]) -> Prepared:
    """The same for single texts (column `one`)."""
    return Prepared(
        {dialect: build(text(rows).columns(one=String).subquery("wanted")) for dialect, rows in _IDS.items()}
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
