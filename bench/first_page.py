"""What a browser loads to show the first page to somebody signed in: bytes on the wire, and who sends them."""

import contextlib
import re
import shutil
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread

from playwright.sync_api import sync_playwright

from bench.row import Row, at_most
from bench.server import Process, Site

PAGE_KIB = 60.0
SCRIPTS_KIB = 25.0
"""qualities.md: the page with everything in it, and the scripts, compressed."""
ASKED = re.compile(rb"^GET (/\S*) HTTP/1\.1\r\n", re.MULTILINE)
SETTLED_MS = 2_000
"""How long the page may go on loading what it wants after it has loaded."""


def first_page(site: Site) -> list[Row]:
    """The home page of the demo site, with nothing in the browser's cache."""
    site.command("demo")
    with site.serving() as server, Relay(server.port).relaying() as relay:
        others = sorted(_visit(server.port, relay.port) - {f"127.0.0.1:{relay.port}"})
        scripts = {path for path in relay.asked if path.endswith(".js")}
        compressed = sum(_size(server, path) for path in scripts)
    return [
        at_most(
            "first page, signed in: transferred",
            round(relay.sent / 1024, 1),
            PAGE_KIB,
            "KiB",
            requests=len(relay.asked),
            other_hosts=others,
        ),
        at_most(
            "its scripts, compressed", round(compressed / 1024, 1), SCRIPTS_KIB, "KiB", files=sorted(scripts)
        ),
    ]


def _visit(server_port: int, port: int) -> set[str]:
    """Sign in, and open the page through `port`; the hosts that the browser asked for anything."""
    hosts: set[str] = set()
    chromium = shutil.which("chromium")
    options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        context = browser.new_context()
        account = {"login": "alice", "password": "parley-demo"}
        # Cookies know no ports: signing in is not part of the page.
        context.request.post(f"http://127.0.0.1:{server_port}/api/session", data=account)
        context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/", wait_until="load")
        page.wait_for_timeout(SETTLED_MS)
        browser.close()
    return hosts


def _size(server: Process, path: str) -> int:
    """How large a file is as it goes over the wire."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", headers={"Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        content: bytes = answer.read()
    return len(content)


class Relay:
    """Passes bytes between browsers and a server, and counts what the server sends: also to workers and sockets."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self.asked: list[str] = []
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    @contextmanager
    def relaying(self) -> Iterator["Relay"]:
        """Relay as long as the block lasts."""
        Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            for source, sink, count in (
                (browser, server, self._count_asked),
                (server, browser, self._count_sent),
            ):
                Thread(target=_pump, args=(source, sink, count), daemon=True).start()

    def _count_asked(self, data: bytes) -> None:
        with self._lock:
            self.asked += [path.decode() for path in ASKED.findall(data)]

    def _count_sent(self, data: bytes) -> None:
        with self._lock:
            self.sent += len(data)


def _pump(source: socket.socket, sink: socket.socket, count: Callable[[bytes], None]) -> None:
    """Pass on what comes until one side has ended."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            count(data)
            sink.sendall(data)
    for side in (source, sink):
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
