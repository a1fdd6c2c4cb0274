"""What all suites share: databases, servers, a site, nodes."""

import os
import shutil
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from app.events import Event
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store import database as databases
from store import direct, engines
from store.columns import new_id
from store.database import Database
from tests.nodes import RunningNode, ServerProcess
from tests.object_server import S3Server
from tests.servers import PostgresServer, RedisServer
from tests.turns import Turns, take_turns
from tests.waiting import PATIENCE, wait_for

SECRET = "a secret of the tests"
# A machine that stands still for a moment is no slow example.
property_settings.register_profile("parley", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("parley")

NodeFactory = Callable[..., Awaitable[RunningNode]]
ProcessFactory = Callable[..., Awaitable[ServerProcess]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often and from which seed the rows of `tests/faults` run (see `tests.faults.round`)."""
    parser.addoption("--seed", type=int, default=1, help="seed of the first round of each fault")
    parser.addoption(
        "--rounds", type=int, default=0, help="rounds of each fault, long ones (default: one short)"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, what has bounds on time last."""
    take_turns(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Turns:
    """How several processes share the tests."""
    return Turns(config, log)


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in [name for name in os.environ if name.startswith("PARLEY_") or name == "WEB_CONCURRENCY"]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_loop(request: pytest.FixtureRequest) -> None:
    """Set up before everything else of an async test, so that it has the last word."""
    if request.node.get_closest_marker("asyncio"):
        request.getfixturevalue("_sqlite_threads_end")


@pytest.fixture
async def _sqlite_threads_end() -> AsyncIterator[None]:
    """Wait for the threads of this test's SQLite connections: they report to the loop, which ends next."""
    before = set(threading.enumerate())
    yield
    await wait_for(lambda: not _sqlite_threads() - before, "this test's SQLite connections are closed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL of this run of the tests."""
    server = PostgresServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The Redis of this run of the tests. Fault tests start one of their own."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    path = tmp_path_factory.mktemp("template") / "parley.db"
    _migrated(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """The S3 server of this run, started when the first test asks for it."""
    server = S3Server()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _postgresql_template(postgres: PostgresServer) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    _migrated(postgres.create_database("template_parley"))
    return "template_parley"


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path, patience: None) -> Iterator[str]:
    """A fresh, migrated SQLite database."""
    path = tmp_path / "parley.db"
    shutil.copyfile(_sqlite_template, path)
    yield f"sqlite+aiosqlite:///{path}"
    for file in tmp_path.glob("parley.db*"):
        file.unlink()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store may take its time, since other tests run beside this one; override it where the bounds matter."""
    for bound in ("POSTGRES_COMMAND_SECONDS", "LOCK_SECONDS", "IDLE_SECONDS", "BUSY_SECONDS"):
        monkeypatch.setattr(engines, bound, PATIENCE)
    monkeypatch.setattr(direct, "BUSY_SECONDS", PATIENCE)
    monkeypatch.setattr(databases, "TURN_SECONDS", PATIENCE)


@pytest.fixture
def postgresql_url(postgres: PostgresServer, _postgresql_template: str, patience: None) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    name = f"test_{new_id()}"
    yield postgres.create_database(name, template=_postgresql_template)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: every test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings with this test's database and a folder of its own."""
    return _settings(database_url, tmp_path)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """This test's database, open."""
    database = Database(settings.database_url)
    yield database
    await database.close()


@pytest.fixture
def site_events() -> list[Event]:
    """Everything that `site` announced, in order."""
    return []


@pytest.fixture
def site(settings: Settings, database: Database, site_events: list[Event]) -> Site:
    """A site with limits in force whose announcements are collected in `site_events`."""
    return Site(settings=settings, database=database, announce=site_events.extend, throttle=Throttle())


@pytest.fixture
async def node_factory(tmp_path: Path) -> AsyncIterator[NodeFactory]:
    """Starts nodes in this process: `await node_factory(database_url, redis_url=…, **other settings)`."""
    nodes: list[RunningNode] = []

    async def start(database_url: str, **changes: Any) -> RunningNode:
        node = RunningNode(_settings(database_url, tmp_path, **changes))
        nodes.append(node)
        await node.start()
        return node

    yield start
    for node in nodes:
        await node.stop()


@pytest.fixture
async def node(node_factory: NodeFactory, sqlite_url: str) -> RunningNode:
    """One node on SQLite without Redis, as most sites run it."""
    return await node_factory(sqlite_url)


@pytest.fixture
async def process_factory(tmp_path: Path) -> AsyncIterator[ProcessFactory]:
    """Starts real processes: `await process_factory(database_url, PARLEY_REDIS_URL=…, **other variables)`."""
    processes: list[ServerProcess] = []

    async def start(database_url: str, **environment: str) -> ServerProcess:
        folder = tmp_path / f"process-{len(processes)}"
        folder.mkdir()
        always = {"PARLEY_DATABASE_URL": database_url, "PARLEY_SECRET": SECRET}
        process = ServerProcess({**always, **environment}, folder)
        processes.append(process)
        await process.start()
        return process

    yield start
    for process in processes:
        process.kill()


def _settings(database_url: str, folder: Path, **changes: Any) -> Settings:
    return Settings(
        **{
            "database_url": database_url,
            "secret": SECRET,
            "data": folder / "files",
            "drain_seconds": 0.2,
            # Whoever sends is not kept waiting, except where a test is about taking back.
            "undo_seconds": 0,
            **changes,
        }
    )


def _sqlite_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}


def _migrated(url: str) -> None:
    from store.migrate import upgrade  # here, so that suites without a database do not load the migrations

    with ThreadPoolExecutor(1) as apart:  # pytest-asyncio's event loop lives in this thread
        apart.submit(upgrade, url).result()
