"""Seeds, lengths and shapes of the fault rounds, and the table of what was measured."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

import pytest

from store.columns import new_id
from store.migrate import migrate
from tests.faults.shape import Shape, shape
from tests.faults.small_disk import SmallDisk
from tests.servers import PostgresServer, RedisServer

Measured = Callable[[str, float], None]

MEASURED = "measured "
"""So begin the properties by which a test's report carries what was measured, also from another process."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One round of each row, or `--rounds` of them, with seeds from `--seed` on."""
    if "seed" in metafunc.fixturenames:
        first = metafunc.config.getoption("seed")
        seeds = range(first, first + (metafunc.config.getoption("rounds") or 1))
        metafunc.parametrize("seed", seeds, ids=lambda seed: f"seed-{seed}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how to repeat what failed, and what was measured where it was asked for."""
    for report in terminalreporter.stats.get("failed", ()):
        if found := re.search(r"::(\w+)\[.*seed-(\d+)", report.nodeid):
            name, seed = found.groups()
            again = f"pytest tests/faults -k {name} --rounds 1 --seed {seed}"
            terminalreporter.write_line(f"{name} failed with seed {seed}; once more: {again}")
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    if config.getoption("rounds") and (figures := _figures(reports)):
        terminalreporter.section("measured: median and worst")
        for what, values in sorted(figures.items()):
            terminalreporter.write_line(
                f"{what}: {median(values):.2f} / {max(values):.2f} (n = {len(values)})"
            )


def _figures(reports: Iterable[pytest.TestReport]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {}
    for report in reports:
        if report.when == "call":
            for name, figure in report.user_properties:
                if name.startswith(MEASURED) and isinstance(figure, float):
                    figures.setdefault(name.removeprefix(MEASURED), []).append(figure)
    return figures


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether this round has its full length (`--rounds` was given)."""
    return bool(request.config.getoption("rounds"))


@pytest.fixture
def refused_within(is_long: bool) -> float:
    """Seconds in which is refused what cannot be stored (the design's bound; twice as many beside other tests)."""
    return 3.0 if is_long else 6.0


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Keeps a figure for the table at the end: `measured("all live, s", 1.2)`."""
    node: pytest.Function = request.node
    begin = f"{MEASURED}{node.originalname}"
    return lambda what, value: node.user_properties.append((f"{begin}: {what}", float(value)))


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that the test may kill and freeze."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _breakable_postgres() -> Iterator[PostgresServer]:
    server = PostgresServer(durable=True)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def own_postgres(_breakable_postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A PostgreSQL with all its fsyncs that the test may restart, kill and freeze; it runs again afterwards."""
    yield _breakable_postgres
    _breakable_postgres.restart()


@pytest.fixture
async def two_nodes(postgresql_url: str, own_redis: RedisServer, tmp_path: Path) -> AsyncIterator[Shape]:
    """Two nodes on PostgreSQL, and on a Redis that the test may break."""
    async with shape(tmp_path, postgresql_url, nodes=2, redis=own_redis) as running:
        yield running


@pytest.fixture
async def two_nodes_on_own_postgres(
    own_postgres: PostgresServer, own_redis: RedisServer, tmp_path: Path, patience: None
) -> AsyncIterator[Shape]:
    """Two nodes on a PostgreSQL that the test may break."""
    name = f"test_{new_id()}"
    url = own_postgres.create_database(name)
    await migrate(url)
    async with shape(tmp_path, url, nodes=2, redis=own_redis, postgres=own_postgres) as running:
        yield running


@pytest.fixture
async def one_node(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shape]:
    """One node on SQLite without Redis, as most sites run it."""
    async with shape(tmp_path, sqlite_url) as running:
        yield running


@pytest.fixture
def small_disk(sqlite_url: str, tmp_path: Path) -> Iterator[SmallDisk]:
    """One node on SQLite whose disk the test may fill; its round starts it."""
    disk = SmallDisk(tmp_path, Path(sqlite_url.removeprefix("sqlite+aiosqlite:///")))
    yield disk
    disk.kill()
