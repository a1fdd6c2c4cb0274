"""One real Chromium for all journeys, and one real `parley serve` that they happen in."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from store.database import Database
from tests.journeys.line import Line
from tests.journeys.place import PATIENCE_MS, Place
from tests.nodes import ServerProcess
from tests.servers import RedisServer

SECRET = "a secret of the journeys"
CLOSED_WITHIN = 20
"""Seconds that the browser has for closing a visitor's profile."""
SCRIPTS = Path(__file__).parent.parent.parent / "web" / "static" / "js"

PlaceFactory = Callable[..., Awaitable[Place]]

session_wide = partial(pytest_asyncio.fixture, loop_scope="session")


@session_wide(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser, without windows."""
    # Of what is expected, too: a machine that does much else takes longer than it has by itself.
    expect.set_options(timeout=PATIENCE_MS)
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: install chromium"
    async with async_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser
        with suppress(TimeoutError):
            await asyncio.wait_for(browser.close(), CLOSED_WITHIN)


@pytest.fixture(scope="session")
def scripts_address() -> Iterator[str]:
    """An address that serves the browser modules and nothing else, with an empty page at `/empty.html`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Scripts, directory=str(SCRIPTS)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@session_wide
async def bench_page(browser: Browser, scripts_address: str) -> AsyncIterator[Page]:
    """An empty page, in a browser profile of its own, that can import the modules."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(f"{scripts_address}/empty.html")
    yield page
    await context.close()


@session_wide(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """One `parley serve` on SQLite, as most sites run it."""
    async with _serving(tmp_path_factory.mktemp("journeys")) as process:
        yield process


@session_wide
async def place(browser: Browser, server: ServerProcess) -> AsyncIterator[Place]:
    """The site and its visitors. Afterwards nothing must have gone wrong in any of their tabs."""
    async with _visited(browser, server) as place:
        yield place


@session_wide
async def place_apart(browser: Browser, tmp_path: Path) -> AsyncIterator[Place]:
    """The same on a server of its own, which a test may end."""
    async with _serving(tmp_path) as server, _visited(browser, server) as place:
        yield place


@pytest.fixture
def redis_apart() -> Iterator[RedisServer]:
    """A Redis that a test may kill."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@session_wide
async def place_on_redis(browser: Browser, redis_apart: RedisServer, tmp_path: Path) -> AsyncIterator[Place]:
    """A server of its own on that Redis."""
    settings = {"PARLEY_REDIS_URL": redis_apart.url}
    async with _serving(tmp_path, **settings) as server, _visited(browser, server) as place:
        yield place


@session_wide
async def place_factory(browser: Browser, tmp_path: Path) -> AsyncIterator[PlaceFactory]:
    """Servers of their own with settings of their own: `await place_factory(PARLEY_UNDO_SECONDS="2")`."""
    async with AsyncExitStack() as places:

        async def start(**settings: str) -> Place:
            server = await places.enter_async_context(_serving(tmp_path, **settings))
            return await places.enter_async_context(_visited(browser, server))

        yield start


@asynccontextmanager
async def _serving(folder: Path, **more: str) -> AsyncIterator[ServerProcess]:
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("PARLEY_") or name == "WEB_CONCURRENCY"]:
            environment.delenv(name)
        settings = {"PARLEY_DATABASE_URL": _database_url(folder), "PARLEY_RATE_LIMITS": "off"}
        # What is sent is there at once, except where a journey is about taking back.
        settings |= {"PARLEY_UNDO_SECONDS": "0", **more}
        process = ServerProcess({**settings, "PARLEY_SECRET": SECRET}, folder)
        await process.start()
    try:
        yield process
    finally:
        process.kill()


@asynccontextmanager
async def _visited(browser: Browser, server: ServerProcess) -> AsyncIterator[Place]:
    database = Database(_database_url(server.folder))
    async with Line(server.port) as line:
        place = Place(server, database, line, browser, SECRET)
        try:
            yield place
        finally:
            for visitor in place.visitors:
                # A browser that does not let go of a profile is no fault of the site: it ends with the browser.
                with suppress(TimeoutError):
                    await asyncio.wait_for(visitor.context.close(), CLOSED_WITHIN)
    await asyncio.wait_for(database.close(), CLOSED_WITHIN)
    worries = [(visitor.name, worry) for visitor in place.visitors for worry in visitor.worries]
    assert not worries, worries


def _database_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'parley.db'}"


class _Scripts(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/empty.html":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>Empty</title><link rel=icon href=data:,>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Keep quiet."""
