"""Putting what was written into the index of search a little later, so that replies stay cheap.

A search is exact meanwhile: what the index does not know yet is read as it is (`store.search.unindexed`).
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from app.afterwards import GATHER_SECONDS, Afterwards
from store.database import Database
from store.search.documents import Document, Span, documents_of
from store.search.index import Waiting, merge, put, waiting_logs

FEWEST_LINES, MOST_LINES = 32, 512
"""Lines in one transaction. On SQLite replies wait for it, so that it is small while there is little to do."""
MUCH = 10_000
"""Lines that wait, from which on the parts of the index are put together in larger steps."""
BUSY_SHARE, QUIET_SHARE = 0.05, 0.5
"""Of a processor and of SQLite's one writer: while people write, and while nobody does."""
FEW_PAGES, MANY_PAGES = 16, 256
"""Of SQLite's index that are put together in one transaction."""
MOST_LOGS = 500
MOST_KNOWN_WORDS = 200_000


class Indexer(Afterwards):
    """Brings the index up to date with the logs, on each node; in any moment one of them does the work."""

    what = "index"

    def __init__(self, database: Database, *, gather: float = GATHER_SECONDS) -> None:
        super().__init__(gather=gather)
        self._database = database
        self._known: set[str] = set()

    async def catch_up(self, *, share: float | None = None) -> None:
        """Index everything that waits, in small transactions with pauses (`share` of the time; None: as others leave).

        Come back early when another node is at it.
        """
        above = ""
        while True:
            began = time.perf_counter()
            part = share or (BUSY_SHARE if self._nudged.is_set() else QUIET_SHARE)
            self._nudged.clear()
            waiting = await self._database.look(partial(waiting_logs, above=above, most=MOST_LOGS))
            if not waiting and not above:
                return
            lines = sum(one.head - one.indexed for one in waiting)
            spans = _some(waiting, max(FEWEST_LINES, min(lines // 8, MOST_LINES)))
            if spans and not await self._index(spans):
                return
            # The next ones, until the last had its turn: a log that never rests does not keep the others waiting.
            above = spans[-1][0] if spans else ""
            await _rest(began, part)
            await self._merge(MANY_PAGES if lines > MUCH else FEW_PAGES, part)

    async def _merge(self, pages: int, share: float) -> None:
        more = self._database.is_sqlite
        while more:
            began = time.perf_counter()
            more = await self._database.transact(partial(merge, pages=pages))
            if more:
                await _rest(began, share)

    async def _index(self, spans: Sequence[Span]) -> bool:
        documents = await self._database.look(partial(documents_of, spans=spans))
        found = await asyncio.to_thread(_with_words, documents)
        new = await self._database.transact(partial(put, spans=spans, documents=found, known=self._known))
        if new is None:
            return False
        if len(self._known) > MOST_KNOWN_WORDS:
            self._known.clear()
        self._known |= new
        return True


async def _rest(began: float, share: float) -> None:
    """Let the others have their part of the time since then."""
    took = time.perf_counter() - began
    await asyncio.sleep(took / share - took)


def _with_words(documents: Sequence[Document]) -> list[tuple[Document, list[str]]]:
    return [(document, document.tokens()) for document in documents]


def _some(waiting: Sequence[Waiting], most: int) -> list[Span]:
    """The first lines that wait, `most` of them, of as many logs as it takes."""
    spans: list[Span] = []
    for one in waiting:
        last = min(one.head, one.indexed + most)
        spans.append((one.message_id, one.indexed + 1, last))
        most -= last - one.indexed
        if not most:
            break
    return spans
