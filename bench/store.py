"""The store's rows: what much costs against little, sending to very many, and starting; on both databases."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.generate import Mailbox, Talk, fill
from bench.machine import Cores
from bench.reading import Case, compare
from bench.row import Row, at_most
from bench.sending import send_to_many
from bench.server import Process, Site, call

LITTLE = 100
MUCH_MORE = 2.0
"""How many times the little one the large one may cost (qualities.md)."""
READY_WITHIN = 1.5
"""Seconds from the command to the line with the address, on a migrated database (qualities.md)."""
STARTS = 3
SETTLING = 3.0
"""Seconds in which the server stores that somebody was seen, and tallies her unread."""


class Sizes(msgspec.Struct, frozen=True):
    """How much is much."""

    mailbox: int = 100_000
    entries: int = 100_000
    group: int = 5_000
    connected: int = 1_000


QUICK = Sizes(mailbox=10_000, entries=10_000, group=1_000, connected=100)


def on_sqlite(folder: Path, cores: Cores, sizes: Sizes) -> list[Row]:
    """All rows on SQLite, in a folder of its own."""
    return _rows(
        Site(folder, cores), f"sqlite+aiosqlite:///{folder.resolve()}/var/parley.db", sizes, "SQLite"
    )


def on_postgresql(folder: Path, cores: Cores, sizes: Sizes) -> list[Row]:
    """The same on a PostgreSQL of its own, which keeps what it acknowledges."""
    with postgresql_of_its_own() as url:
        return _rows(Site(folder, cores, {"PARLEY_DATABASE_URL": url}), url, sizes, "PostgreSQL")


@contextmanager
def postgresql_of_its_own() -> Iterator[str]:
    """A PostgreSQL with one empty database, as long as the block lasts."""
    from tests.servers import PostgresServer  # here: who asks for SQLite alone needs no PostgreSQL

    server = PostgresServer(durable=True)
    try:
        server.start()
        yield server.create_database("bench")
    finally:
        server.remove()


def _rows(site: Site, url: str, sizes: Sizes, where: str) -> list[Row]:
    friends = [f"friend{number:03}" for number in range(100)]
    school = [f"pupil{number:04}" for number in range(sizes.group)]
    site.import_people(
        {
            "readers": ["crowded", "quiet", "reader"],
            "friends": friends,
            "pair": ["talker", "listener"],
            "office": ["head"],
            "school": school,
        }
    )
    began = time.perf_counter()
    fill(
        url,
        [
            Mailbox("crowded", friends, sizes.mailbox, filed=True),
            Mailbox("quiet", friends, LITTLE, filed=True),
            Talk("Long", "reader", friends[:5], sizes.entries),
            Talk("Short", "reader", friends[:5], LITTLE),
        ],
    )
    filled = round(time.perf_counter() - began, 1)
    rows = [_cold_start(site, filled)]
    with site.serving() as server:
        _be_seen(site, server)
        rows += [compare(server, case, MUCH_MORE) for case in _cases(site, server, sizes)]
        room = site.send_to_group(server, "pair", "talker")
        for connected in (0, sizes.connected):
            rows += asyncio.run(send_to_many(site, server, ("talker", room), "head", school, connected))
    return [msgspec.structs.replace(row, name=f"{row.name} ({where})") for row in rows]


def _cold_start(site: Site, filled: float) -> Row:
    took = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with site.serving():
            took.append(time.perf_counter() - began)
    took = [round(one, 3) for one in took]
    return at_most(
        "cold start to ready", statistics.median(took), READY_WITHIN, "s", each=took, fill_s=filled
    )


def _be_seen(site: Site, server: Process) -> None:
    """Everybody who reads has been here before: what a first visit leaves behind is stored."""
    for login in ("crowded", "quiet", "reader"):
        call(server, site.tokens[login], "GET", "/api/unread")
    time.sleep(SETTLING)


def _cases(site: Site, server: Process, sizes: Sizes) -> list[Case]:
    crowded, quiet, reader = (site.tokens[login] for login in ("crowded", "quiet", "reader"))
    found = call(server, reader, "GET", "/api/discussions?box=progress")["items"]
    ids = {row["subject"]: row["id"] for row in found}
    mailbox = f"a mailbox of {sizes.mailbox:,} discussions"
    log = f"a discussion of {sizes.entries:,} entries"

    def opened(subject: str, before: int | None = None) -> list[str]:
        where = f"/api/discussions/{ids[subject]}"
        return [where, f"{where}/entries" + (f"?before={before}" if before else "")]

    def at_half(subject: str, entries: int) -> list[str]:
        return [f"/discussions/{ids[subject]}?before={entries // 2 + 1}"]

    def in_both(name: str, path: str) -> Case:
        return Case(f"{name}: {mailbox}", crowded, [path], [path], small_token=quiet)

    def in_folder(token: str) -> list[str]:
        [folder] = call(server, token, "GET", "/api/folders")["items"]
        return [f"/api/discussions?box=folder:{folder['id']}"]

    return [
        in_both("box page", "/api/discussions?box=inbox"),
        Case(f"folder: {mailbox}", crowded, in_folder(quiet), in_folder(crowded), small_token=quiet),
        in_both("trash", "/api/discussions?box=trash"),
        in_both("box page in a browser", "/boxes/inbox"),
        in_both("badge", "/api/unread"),
        Case(f"at its end: {log}", reader, opened("Short"), opened("Long")),
        Case(
            f"at its middle: {log}",
            reader,
            opened("Short", LITTLE // 2 + 1),
            opened("Long", sizes.entries // 2 + 1),
        ),
        Case(
            f"at its middle in a browser: {log}",
            reader,
            at_half("Short", LITTLE),
            at_half("Long", sizes.entries),
        ),
    ]
