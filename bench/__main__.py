"""`python -m bench`: measures everything and prints the table; `--quick` in a minute and a half, with less of all."""

import asyncio
import datetime
import os
import subprocess
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop

from bench import curves, live, presence, ruled, searching, store
from bench.cluster import two_nodes
from bench.first_page import first_page
from bench.live import Bare, Parley, Shape
from bench.machine import Cores, description, fsync_seconds, hand_over_seconds
from bench.presence import Village
from bench.report import Report
from bench.row import Row
from bench.server import Site, yardstick

OUT = Path("var/bench")


class Extent(msgspec.Struct, frozen=True):
    """How much is measured. Bounds are the same; with less, figures are only less certain."""

    part: float = 1.0
    """Of the replies of a round."""
    seconds: float = 12.0
    """At a steady pace."""
    idle: tuple[int, int] = (1000, 200)
    """People connected in few and in many discussions."""
    sizes: store.Sizes = store.Sizes()
    searched: searching.Extent = searching.PART
    school: ruled.Extent = ruled.Extent()
    postgres: bool = True
    curves: bool = True


QUICK = Extent(
    part=0.25,
    seconds=4.0,
    idle=(300, 100),
    sizes=store.QUICK,
    searched=searching.QUICK,
    school=ruled.QUICK,
    postgres=False,
    curves=False,
)

THROUGHPUT = [
    (Shape(1, 10, 32, 12_000), 1.0),
    (Shape(1, 100, 32, 5_000), 5.0),
    (Shape(1, 1000, 32, 640), 8.0),
    (Shape(50, 20, 32, 160), 1.5),
]
LONE = [(Shape(1, 100, 1, 250), 1.5), (Shape(1, 1000, 1, 60), 1.5)]
REPLIES = [(Shape(1, 2, 1, 500), 150.0), (Shape(1, 2, 32, 8_000), 60.0)]
PACED_SIZE, PACE = 200, 50.0


def main(
    quick: Annotated[bool, typer.Option(help="Less of everything, in a minute and a half.")] = False,
    only: Annotated[
        str, typer.Option(help="live, presence, cluster, store, search, rules or page; all if not said.")
    ] = "",
) -> None:
    """Measure, print the table, and keep it with the drawings under var/bench."""
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, cores.load)
    OUT.mkdir(parents=True, exist_ok=True)
    began, clock = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), time.perf_counter()
    extent = QUICK if quick else Extent(searched=searching.MILLION if only == "search" else searching.PART)
    bench = Bench(cores, extent)
    rows = list(bench.rows(only))
    report = Report(_commit(), began, round(time.perf_counter() - clock), bench.machine, rows, bench.curves)
    report.save(OUT / "bench.json")
    if bench.curves:
        curves.draw(bench.curves, OUT)
    print(f"\n{report.table()}\n\n{bench.machine}\n{report.seconds:g} s; all of it in {OUT}/bench.json")
    if bench.failed:
        print(f"could not be measured: {', '.join(bench.failed)}")
        raise typer.Exit(1)


class Bench:
    """One run: its rows, one group after the other, each told as soon as it is known."""

    def __init__(self, cores: Cores, extent: Extent) -> None:
        self._cores = cores
        self._extent = extent
        self._fsync = fsync_seconds(OUT)
        self.machine: dict[str, str | int | float] = {
            **description(),
            "fsync_ms": round(self._fsync * 1e3, 3),
            "hand_over_us": round(hand_over_seconds(cores) * 1e6, 1),
        }
        self.curves: list[curves.Curve] = []
        self.failed: list[str] = []

    def rows(self, only: str) -> Iterable[Row]:
        """Everything, or one group. One that fails is told, and the others are measured all the same."""
        groups = {
            "live": self._live,
            "presence": self._presence,
            "cluster": self._cluster,
            "store": self._store,
            "search": self._search,
            "rules": self._rules,
            "page": self._page,
        }
        for name, group in groups.items():
            if only in ("", name):
                began = time.perf_counter()
                try:
                    with tempfile.TemporaryDirectory(dir=OUT) as folder:
                        for row in group(Path(folder).resolve()):
                            print(row.name, f"{row.value:g} {row.unit}", row.reach, flush=True)
                            yield row
                except Exception:
                    traceback.print_exc()
                    self.failed.append(name)
                self.machine[f"seconds of {name}"] = round(time.perf_counter() - began)

    def _live(self, folder: Path) -> list[Row]:
        return uvloop.run(self._talking(folder))

    async def _talking(self, folder: Path) -> list[Row]:
        site = Site(folder, self._cores)
        drawn = [*curves.by_size(1), *curves.by_flight()] if self._extent.curves else []
        shapes = [shape for shape, _ in [*THROUGHPUT, *LONE, *REPLIES]] + [Shape(1, PACED_SIZE, 1, 1), *drawn]
        site.import_people(live.groups_for(shapes))
        with site.serving() as server, yardstick(folder, self._cores) as bare_server:
            parley, bare = Parley(site, server), Bare(bare_server)
            rows = [
                await live.throughput(parley, bare, self._some(shape), bound) for shape, bound in THROUGHPUT
            ]
            rows += [
                await live.lone_deliveries(parley, bare, self._some(shape), bound) for shape, bound in LONE
            ]
            rows += [await live.replies(parley, self._some(shape), bound) for shape, bound in REPLIES]
            rows += await live.latency(
                parley, bare, PACED_SIZE, pace=PACE, seconds=self._extent.seconds, fsync=self._fsync
            )
            if self._extent.curves:
                self.curves = await curves.curves(parley, bare)
        return rows

    def _presence(self, folder: Path) -> list[Row]:
        return uvloop.run(self._being_there(folder))

    async def _being_there(self, folder: Path) -> list[Row]:
        few, many = Village("few", self._extent.idle[0], 5), Village("many", self._extent.idle[1], 25)
        site = Site(folder, self._cores)
        site.import_people({**few.blocks, **many.blocks})
        with site.serving() as server:
            for village in (few, many):
                village.talk(site, server)
            await asyncio.sleep(presence.SETTLING)
            row = await presence.connecting(site, server, few)
        return [row, *await presence.staying(site, few, many)]

    def _cluster(self, folder: Path) -> list[Row]:
        return uvloop.run(two_nodes(folder, self._cores, round(2_000 * self._extent.part)))

    def _store(self, folder: Path) -> list[Row]:
        (folder / "sqlite").mkdir()
        rows = store.on_sqlite(folder / "sqlite", self._cores, self._extent.sizes)
        if self._extent.postgres:
            (folder / "postgresql").mkdir()
            rows += store.on_postgresql(folder / "postgresql", self._cores, self._extent.sizes)
        return rows

    def _search(self, folder: Path) -> list[Row]:
        (folder / "sqlite").mkdir()
        rows = searching.on_sqlite(folder / "sqlite", self._cores, self._extent.searched)
        if self._extent.postgres:
            (folder / "postgresql").mkdir()
            rows += searching.on_postgresql(folder / "postgresql", self._cores, self._extent.searched)
        return rows

    def _rules(self, folder: Path) -> list[Row]:
        (folder / "sqlite").mkdir()
        rows = ruled.on_sqlite(folder / "sqlite", self._cores, self._extent.school)
        if self._extent.postgres:
            (folder / "postgresql").mkdir()
            rows += ruled.on_postgresql(folder / "postgresql", self._cores, self._extent.school)
        return rows

    def _page(self, folder: Path) -> list[Row]:
        return first_page(Site(folder, self._cores))

    def _some(self, shape: Shape) -> Shape:
        replies = max(4 * shape.in_flight, round(shape.replies * self._extent.part))
        return msgspec.structs.replace(shape, replies=replies)


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


if __name__ == "__main__":
    command = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    command.command()(main)
    command()
