"""One real Chromium for all journeys, and one real `parley serve` that they happen in."""

import shutil
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

SCRIPTS = Path(__file__).parent.parent.parent / "web" / "static" / "js"
PATIENCE_MS = 10_000

session_wide = partial(pytest_asyncio.fixture, loop_scope="session")


@session_wide(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser, without windows."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: install chromium"
    async with async_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser
        await browser.close()


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


async def close_quietly(context: BrowserContext) -> None:
    """Close a profile with all its tabs."""
    await context.close()
