"""A million replies in the store and in the index of search, the same for the same seed, written at once.

What the follower would have put into the index reply by reply is made by the same words and tags as it makes. Words are
invented, and as frequent as those of a language: the second half as often as the first, the third a third as often.
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from operator import itemgetter
from random import Random
from typing import Any

import msgspec
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.generate import LAST_MOMENT, SEED, YEARS, room_of, write
from store.columns import table_of
from store.migrate import connection_to
from store.search.index import vector
from store.search.places import place_of
from store.search.terms import BREAK, SAID, author_tag, name_tag, room_tag
from store.tables import Entry, Message, Participation, Person, SearchLine, SearchWord

SYLLABLES = "ba co di fe gu la me ni po ru sa te vi lo ma tra pre con ver tion"
VOCABULARY = 20_000
SAYINGS = 20_000
WORDS_OF_SAYING = 12
AT_ONCE = 50_000
"""Lines that are written in one step."""

TABLES = (table_of(Message), table_of(Entry), table_of(Participation))
line, word = table_of(SearchLine), table_of(SearchWord)
person = table_of(Person)


class Rooms(msgspec.Struct, frozen=True):
    """So many discussions of so many lines each, of `reader` and two friends; none is younger than `age` (0 to 1)."""

    reader: str
    number: int
    lines: int
    age: float = 0.0


class Vocabulary:
    """Invented words, the most frequent first, and what is said with them."""

    def __init__(self, seed: int = SEED) -> None:
        dice = Random(seed)
        syllables = SYLLABLES.split()
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words["".join(dice.choices(syllables, k=dice.randint(2, 5)))] = None
        self.words = list(words)
        weights = list(itertools.accumulate(1 / (place + 2) for place in range(VOCABULARY)))
        self.sayings = [
            dice.choices(self.words, cum_weights=weights, k=WORDS_OF_SAYING) for _ in range(SAYINGS)
        ]


def fill_index(url: str, parts: Sequence[Rooms], friends: Sequence[str], vocabulary: Vocabulary) -> None:
    """Write these discussions into a migrated database that holds nothing but people."""
    asyncio.run(_fill(url, parts, friends, vocabulary))


async def _fill(url: str, parts: Sequence[Rooms], friends: Sequence[str], vocabulary: Vocabulary) -> None:
    async with connection_to(url) as connection:
        found = await connection.execute(select(person.c.login, person.c.id))
        ids = {row[0]: row[1] for row in found}
        is_sqlite = connection.dialect.name == "sqlite"
        for statement in BEFORE[connection.dialect.name]:
            await connection.execute(text(statement))
        rooms = _rooms(parts, ids, [ids[login] for login in friends], vocabulary, Random(SEED))
        # Places are in the order of time in all of them, as they would be.
        lines: list[tuple[int, str, int, list[str]]] = []
        for some in _batches(rooms):
            for table in TABLES:
                await write(connection, table, (row for room, _ in some for row in room[table.name]))
            lines += (one for _, indexed in some for one in indexed)
        lines.sort()
        await _write_index(connection, lines, is_sqlite)
        words = {token for *_, tokens in lines for token in tokens if token[0].isalnum()}
        await connection.execute(insert(word), [{"word": one} for one in sorted(words)])
        for statement in AFTER[connection.dialect.name]:
            await connection.execute(text(statement))
        await connection.commit()
        if not is_sqlite:
            # As autovacuum does by itself after a minute.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))


# All of it in memory until it is written, and indexes made when their rows are there.
BEFORE = {
    "sqlite": (
        "PRAGMA cache_size = -1000000",
        "INSERT INTO search_words (search_words, rank) VALUES ('hashsize', 67108864)",
    ),
    "postgresql": ("DROP INDEX ix_search_line_words", "SET maintenance_work_mem = '512MB'"),
}
AFTER = {
    "sqlite": ("INSERT INTO search_words (search_words, rank) VALUES ('hashsize', 1048576)",),
    "postgresql": (
        "CREATE INDEX ix_search_line_words ON search_line USING gin (words) WITH (gin_pending_list_limit = 512)",
    ),
}


async def _write_index(
    connection: AsyncConnection, lines: Sequence[tuple[int, str, int, list[str]]], is_sqlite: bool
) -> None:
    # What happened in one moment is told apart as the follower does.
    last = -1
    rows = []
    for place, room, seq, tokens in lines:
        last = max(place, last + 1)
        rows.append((last, room, seq, " ".join(tokens) if is_sqlite else vector(tokens)))
    if is_sqlite:
        cursor: Any = (await connection.get_raw_connection()).driver_connection
        await cursor.executemany(
            "INSERT INTO search_line (place, message_id, seq) VALUES (?, ?, ?)",
            map(itemgetter(0, 1, 2), rows),
        )
        await cursor.executemany(
            "INSERT INTO search_words (rowid, words) VALUES (?, ?)", map(itemgetter(0, 3), rows)
        )
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_to_table(
        "search_line", columns=["place", "message_id", "seq", "words"], source=_copied(rows), format="text"
    )


async def _copied(rows: Sequence[tuple[int, str, int, str]]) -> Any:
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        yield "".join(f"{place}\t{room}\t{seq}\t{words}\n" for place, room, seq, words in some).encode()


Indexed = tuple[dict[str, list[dict[str, Any]]], list[tuple[int, str, int, list[str]]]]


def _rooms(
    parts: Sequence[Rooms], ids: dict[str, str], friends: Sequence[str], vocabulary: Vocabulary, dice: Random
) -> Iterator[Indexed]:
    for part in parts:
        for number in range(part.number):
            at = LAST_MOMENT - YEARS * (part.age + (1 - part.age) * dice.random() * (part.number > 1))
            others = dice.sample(friends, 2)
            writers = [others[0], *dice.choices([*others, ids[part.reader]], k=part.lines - 1)]
            said = dice.choices(vocabulary.sayings, k=part.lines)
            # A word that only this discussion holds.
            said[0] = [*said[0], f"dossier{part.reader}{number}"]
            circle = [*others, ids[part.reader]]
            room = room_of("Subject", circle, writers, at, {}, dice, [" ".join(one) for one in said])
            yield room, [_line(entry, tokens) for entry, tokens in zip(room["entry"], said, strict=True)]


def _line(entry: dict[str, Any], tokens: list[str]) -> tuple[int, str, int, list[str]]:
    room, author = entry["message_id"], entry["author_id"]
    tags = [SAID, room_tag(room), author_tag(author), name_tag(author), BREAK]
    return place_of(entry["created_at"]), room, entry["seq"], [*tags, *tokens]


def _batches(rooms: Iterator[Indexed]) -> Iterator[list[Indexed]]:
    some: list[Indexed] = []
    lines = 0
    for room in rooms:
        some.append(room)
        lines += len(room[1])
        if lines >= AT_ONCE:
            yield some
            some, lines = [], 0
    if some:
        yield some
