"""Finding what a person may see of what everybody wrote, newest first.

The worst cases are a word that everybody uses and a person who is in few discussions, and a person who is in very
many. So the newest lines are looked through first, where common words are found at once. Whoever is in few
discussions then has these named in the query: the index steps from one of their lines to the next and never through
those of others. For whoever is in many, a word that was not common among the newest lines is rare enough.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from store.pairs import look_up_ids
from store.prepared import Link
from store.search import statements
from store.search.asked import Bounds, Key, Search
from store.search.index import link_is_sqlite
from store.search.places import HIGHEST, last_place_of, place_of
from store.search.terms import Query, room_tag
from store.search.unindexed import unindexed
from store.search.unsent import unsent

FEW_ROOMS = 150
"""So many discussions are always named in the query: each is a look-up in the index."""
MANY_ROOMS = 1_000
"""So many are named when the newest lines did not hold enough."""
FEW_LINES = 10_000
"""Lines of so few discussions are held against the question one by one on PostgreSQL, whatever it is."""
WINDOW = 5_000
"""Lines that are looked through first."""
WIDER = 30_000
"""Lines that are looked through next on PostgreSQL, for whoever is in more than `MANY_ROOMS`: its index gives out all
that it finds before the first, so that it is asked at once only for what is rare."""
RARE = 50
"""What is found in fewer of the first window's lines is rare."""
MOST_WORDS_ALIKE = 200
"""Words that begin alike and are looked for one by one; of more, the index is asked for the beginning."""
SHORT = 3
"""Beginnings of up to so many letters are in SQLite's index themselves."""


def find(
    link: Link, person_id: str, query: Query, bounds: Bounds, limit: int
) -> tuple[list[Key], bool, bool]:
    """The first `limit` lines that are found; whether there are more; whether the index was complete.

    Number 0 is a subject, found by somebody who does not see the opening message; -1 an own message not sent.
    """
    # First what is not indexed: what the index takes in meanwhile is found twice rather than not at all.
    fresh, is_all = _directly(link, person_id, query, bounds)
    words = _words_alike(link, query)
    search = Search(link, person_id, query, bounds, words)
    found, is_end = _indexed(search, limit + 1)
    keys = sorted({*fresh, *found}, reverse=True)
    if not is_end:
        # Beyond the last moment that was found to its end, the index may hold more that comes first.
        end = min(found)
        keys = [key for key in keys if key >= end]
    return keys[:limit], len(keys) > limit or not is_end, is_all


def _directly(link: Link, person_id: str, query: Query, bounds: Bounds) -> tuple[list[Key], bool]:
    waiting, is_all = unindexed(link, person_id)
    documents = [
        document
        for seen, document in waiting
        if (not bounds.unread or document.seq > seen.read_seq)
        and (bounds.folder is None or seen.folder_id == bounds.folder)
    ]
    if not bounds.unread and bounds.folder is None:
        documents += unsent(link, person_id)
    keys = [(document.at, document.message_id, document.seq) for document in documents]
    return [
        key
        for key, document in zip(keys, documents, strict=True)
        if _within(bounds, key) and query.is_true_of(document.tokens())
    ], is_all


def _within(bounds: Bounds, key: Key) -> bool:
    return (
        (bounds.since is None or key[0] >= bounds.since)
        and (bounds.until is None or key[0] < bounds.until)
        and (bounds.before is None or key < bounds.before)
    )


def _words_alike(link: Link, query: Query) -> dict[str, list[str] | None]:
    """The words that begin like each of the query's; None where the index knows the beginning itself."""
    alike: dict[str, list[str] | None] = {}
    for word in {term.words[0] for term in query.terms if term.begins}:
        if len(word) <= SHORT and link_is_sqlite(link):
            alike[word] = None
            continue
        parameters = {"first": word, "last": f"{word}\U0010ffff", "most": MOST_WORDS_ALIKE + 1}
        rows = statements.BEGINNING_LIKE.rows(link, parameters)
        alike[word] = [row[0] for row in rows] if len(rows) <= MOST_WORDS_ALIKE else None
    return alike


def _indexed(search: Search, most: int) -> tuple[list[Key], bool]:
    """At least `most` keys from the index, whole moments only, or all that there are (then True)."""
    bounds = search.bounds
    if any(_is_hopeless(search, term) for term in search.query.terms):
        return [], True
    lowest = place_of(bounds.since) if bounds.since else 0
    highest = last_place_of(bounds.before[0]) if bounds.before else HIGHEST
    if bounds.until:
        highest = min(highest, place_of(bounds.until) - 1)
    rooms = _rooms(search)
    wanted = most + 1
    while rooms:
        rows = _some(search, rooms, lowest, highest, wanted)
        is_end = len(rows) < wanted
        # Places tell the lines of one moment apart in an order of their own: the last moment may not be whole.
        keys = [key for key in rows if is_end or key[0] > rows[-1][0]]
        keys = [key for key in keys if bounds.before is None or key < bounds.before]
        if is_end or len(keys) >= most:
            return keys, is_end
        wanted *= 4
    return [], True


def _is_hopeless(search: Search, term: Any) -> bool:
    """Whether no word that the index knows can be meant."""
    return term.begins and search.words[term.words[0]] == [] and not term.others and not term.names


def _rooms(search: Search) -> list[str]:
    folder = search.bounds.folder
    parameters: dict[str, Any] = {"person": search.person_id, "most": MANY_ROOMS + 1}
    if folder is not None:
        parameters["folder"] = folder
    return [row[0] for row in statements.rooms(folder=folder is not None).rows(search.link, parameters)]


def _some(search: Search, rooms: Sequence[str], lowest: int, highest: int, most: int) -> list[Key]:
    """The first `most` keys between two places."""
    link, query = search.link, search.query
    named = query
    if len(rooms) <= MANY_ROOMS:
        named = msgspec.structs.replace(query, tags=(*query.tags, tuple(map(room_tag, rooms))))
    if len(rooms) <= FEW_ROOMS:
        if link_is_sqlite(link):
            return search.run(named, lowest, highest, most)
        if look_up_ids(link, statements.SAID_IN, rooms)[0][0] <= FEW_LINES:
            return search.run_inside(rooms, lowest, highest, most)
    found: list[Key] = []
    for window in _windows(search, len(rooms), highest):
        floor = statements.FLOOR.rows(link, {"highest": highest, "window": window})
        first = max(lowest, floor[0][0] + 1 if floor else 0)
        found += search.run(query, first, highest, most - len(found), window=window)
        highest = first - 1
        if len(found) == most or highest < lowest:
            return found
    return found + search.run(named, lowest, highest, most - len(found))


def _windows(search: Search, rooms: int, highest: int) -> Iterator[int]:
    """How many lines to look through before the index is asked for all."""
    yield WINDOW
    if rooms > MANY_ROOMS and not link_is_sqlite(search.link) and search.how_common(highest, WINDOW) >= RARE:
        yield WIDER
