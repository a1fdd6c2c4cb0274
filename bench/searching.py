"""What searching costs among a million replies: each question as a browser's page and a program ask it."""

import http.client
import statistics
import time
from pathlib import Path
from urllib.parse import quote_plus

import msgspec

from bench.full_index import Rooms, Vocabulary, fill_index
from bench.machine import Cores
from bench.row import Row, at_most
from bench.server import Process, Site
from bench.store import postgresql_of_its_own

WITHIN_MS = 100.0
"""Milliseconds that any of the questions may take (qualities.md)."""
TIMES = 9
RARE = 5_000
"""The place of a rare word among the most frequent ones."""


class Extent(msgspec.Struct, frozen=True):
    """How much there is: discussions of one person with five lines each, of others with twenty, one long one."""

    many: int = 100_000
    others: int = 20_000
    long: int = 100_000


MILLION = Extent()
PART = Extent(20_000, 4_000, 20_000)
"""What the bench measures among everything else: to write the million takes minutes."""
QUICK = Extent(5_000, 1_000, 5_000)


def on_sqlite(folder: Path, cores: Cores, extent: Extent) -> list[Row]:
    """On SQLite, in a folder of its own."""
    url = f"sqlite+aiosqlite:///{folder.resolve()}/var/parley.db"
    return _rows(Site(folder, cores), url, extent, "SQLite")


def on_postgresql(folder: Path, cores: Cores, extent: Extent) -> list[Row]:
    """On a PostgreSQL of its own."""
    with postgresql_of_its_own() as url:
        return _rows(Site(folder, cores, {"PARLEY_DATABASE_URL": url}), url, extent, "PostgreSQL")


def _rows(site: Site, url: str, extent: Extent, where: str) -> list[Row]:
    friends = [f"friend{number:03}" for number in range(100)]
    site.import_people(
        {"readers": ["crowded", "quiet", "old", "reader"], "friends": friends, "other": ["other"]}
    )
    vocabulary = Vocabulary()
    began = time.perf_counter()
    parts = [
        Rooms("crowded", extent.many, 5),
        Rooms("other", extent.others, 20),
        Rooms("quiet", 5, 20),
        Rooms("old", 5, 20, age=0.8),
        Rooms("reader", 1, extent.long),
    ]
    fill_index(url, parts, friends, vocabulary)
    filled = round(time.perf_counter() - began, 1)
    lines = sum(part.number * part.lines for part in parts)
    with site.serving() as server:
        took = {
            name: _ask(server, site.tokens[login], query) for name, login, query in _questions(vocabulary)
        }
    worst = max(took, key=lambda name: took[name])
    name = f"search over {lines:,} replies ({where})"
    return [at_most(name, took[worst], WITHIN_MS, "ms", worst=worst, each_ms=took, fill_s=filled)]


def _questions(vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    common, second, rare = vocabulary.words[0], vocabulary.words[1], vocabulary.words[RARE]
    asked = [
        ("a common word", common),
        ("two common words", f"{common} {second}"),
        ("a common beginning", common[:4]),
        ("two letters", common[:2]),
        ("a phrase of common words", f'"{common} {second}"'),
        ("a rare word", rare),
        ("a rare phrase", f'"{rare} {common}"'),
        ("a name", "friend001"),
        ("a common word by somebody", f"{common} friend001"),
        ("a word that nobody says", "zzzzz"),
    ]
    people = [
        ("in very many discussions", "crowded"),
        ("in few", "quiet"),
        ("in few that are old", "old"),
        ("in a long one", "reader"),
    ]
    questions = [
        (f"{what}, {whose}", login, f"q={quote_plus(q)}") for what, q in asked for whose, login in people
    ]
    crowded = people[0][1]
    return [
        *questions,
        ("an own word, in very many discussions", crowded, "q=dossiercrowded17"),
        ("unread, in very many discussions", crowded, f"q={common}&unread=true"),
        ("from somebody, in very many discussions", crowded, "from=friend001"),
        ("without a word, in few that are old", "old", "since=2000-01-01"),
        ("half of the time ago, in very many discussions", crowded, f"q={common}&until=2023-06-01"),
    ]


def _ask(server: Process, token: str, query: str) -> float:
    """Median milliseconds until the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        connection.request("GET", f"/api/search?{query}", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        content = answer.read()
        took.append(time.perf_counter() - began)
        if answer.status != http.client.OK:
            raise RuntimeError(f"{query}: {answer.status} {content.decode()}")
    connection.close()
    return round(statistics.median(took) * 1000, 1)
