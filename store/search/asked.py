"""One search as it is put to the index: between two places, in some order of looking."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from store.prepared import Link, Prepared
from store.search import statements
from store.search.index import link_is_sqlite
from store.search.places import moment_of
from store.search.terms import Query, room_tag

Key = tuple[datetime, str, int]
"""What results are sorted by: moment, discussion, number."""


class Bounds(msgspec.Struct, frozen=True):
    """Where to look: `since` and before `until`, only `unread`, only in one folder, after a result (`before`)."""

    since: datetime | None = None
    until: datetime | None = None
    unread: bool = False
    folder: str | None = None
    before: Key | None = None


class Search(msgspec.Struct, frozen=True):
    """What somebody looks for, ready to be put to the index. `words` are those that begin like one of the query's."""

    link: Link
    person_id: str
    query: Query
    bounds: Bounds
    words: dict[str, list[str] | None]

    def run(self, query: Query, lowest: int, highest: int, most: int, window: int = 0) -> list[Key]:
        """Keys in the order of places; `window`: look through so many of the newest lines only."""
        parameters = {"query": self._said(query, line_by_line=window > 0), "most": most}
        if window and not link_is_sqlite(self.link):
            parameters["window"] = window
        return self._keys(statements.newest if window else statements.everywhere, lowest, highest, parameters)

    def run_inside(self, rooms: Sequence[str], lowest: int, highest: int, most: int) -> list[Key]:
        """The same among the lines of these discussions, one by one (PostgreSQL)."""
        tags = statements.any_for_postgresql([room_tag(room) for room in rooms])
        parameters = {"query": self._said(self.query, line_by_line=True), "rooms": tags, "most": most}
        return self._keys(statements.inside, lowest, highest, parameters)

    def _keys(
        self, kind: Callable[..., Prepared], lowest: int, highest: int, parameters: dict[str, Any]
    ) -> list[Key]:
        folder = self.bounds.folder
        bounds: dict[str, Any] = {"person": self.person_id, "lowest": lowest, "highest": highest}
        if folder is not None:
            bounds["folder"] = folder
        statement = kind(unread=self.bounds.unread, folder=folder is not None)
        rows = statement.rows(self.link, bounds | parameters)
        return [(moment_of(place), room, seq) for place, room, seq in rows]

    def how_common(self, highest: int, window: int) -> int:
        """How many of so many of the newest lines hold what is looked for, whoever may see them (PostgreSQL)."""
        query = self._said(self.query, line_by_line=True)
        parameters = {"query": query, "highest": highest, "window": window}
        return int(statements.COMMON.rows(self.link, parameters)[0][0])

    def _said(self, query: Query, *, line_by_line: bool) -> str:
        if link_is_sqlite(self.link):
            return statements.for_sqlite(query, self.words)
        # What is held against line after line is said as shortly as possible.
        words = dict.fromkeys(self.words) if line_by_line else self.words
        return statements.for_postgresql(query, words)
