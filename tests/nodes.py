"""Nodes for the tests: a whole server in the test's own event loop, or real `parley serve` processes."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.settings import Settings
from app.site import Site
from tests.servers import free_port
from tests.waiting import PATIENCE, wait_for
from web.serving import Server, configuration

STARTS_WITHIN = 60.0
"""Seconds: far more than a start or an end takes, on a machine that has much else to do."""
ADDRESS = re.compile(r"https?://[^\s/]+:\d+")


class RunningNode:
    """One node in this process. `app.state.node` is what `create_server` put together, with its replies and hub."""

    def __init__(self, settings: Settings) -> None:
        # Here, so that suites of lower floors do not load the web.
        from web.server import create_server

        self.settings = settings
        self.app = create_server(settings)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._server = _Server(configuration(self.app), lambda: None, self.app.state.node.drain)
        self._task: asyncio.Task[None] | None = None

    @property
    def site(self) -> Site:
        """What the node's use cases work with."""
        site: Site = self.app.state.node.site
        return site

    @property
    def url(self) -> str:
        """The address of the pages and of the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_url(self) -> str:
        """The address of the live socket."""
        return f"ws://127.0.0.1:{self.port}/live"

    @property
    def requests(self) -> int:
        """How many requests are being answered."""
        return len(self._server.server_state.tasks)

    def client(
        self, *, cookies: Mapping[str, str] | None = None, token: str | None = None
    ) -> httpx.AsyncClient:
        """An HTTP client, with a sign-in's cookies or a token, whose requests come from the node's pages."""
        headers = {"Origin": self.url} | ({"Authorization": f"Bearer {token}"} if token else {})
        return httpx.AsyncClient(
            base_url=self.url, cookies=dict(cookies or {}), headers=headers, timeout=PATIENCE
        )

    async def start(self) -> None:
        """Serve; returns when requests are answered, raises what went wrong at start."""
        self._task = asyncio.create_task(self._server.serve([self._listener]))
        await wait_for(self._started_or_failed, "the node serves", STARTS_WITHIN)

    async def stop(self) -> None:
        """End in order: open requests are finished, live connections closed."""
        self._server.should_exit = True
        if self._task:
            await asyncio.wait_for(self._task, STARTS_WITHIN)
            self._task = None
        self._listener.close()

    def _started_or_failed(self) -> bool:
        assert self._task
        if self._task.done():
            self._task.result()
            raise AssertionError("the node ended at start; see the log")
        return self._server.started


class _Server(Server):
    """Leaves the signals to pytest: several of these run in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ServerProcess:
    """A real `parley serve` with its output in a file. Its port stays the same over a restart.

    `within` is a command that runs the server in its own place (a namespace, say).
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, *, within: Sequence[str] = ()) -> None:
        self.folder = folder
        self.log = folder / "serve.log"
        self.port = free_port()
        self.starts = 0
        """How many times it was started."""
        self._environment = environment
        self._within = within
        self._earlier: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the pages and of the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_url(self) -> str:
        """The address of the live socket."""
        return f"ws://127.0.0.1:{self.port}/live"

    @property
    def pid(self) -> int:
        """The process that was started (with several workers: their parent)."""
        assert self._process, "the process is not running"
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait for the line with its address."""
        self._earlier.append(self.output())
        self.starts += 1
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - starting one is quick
                [*self._within, sys.executable, "-m", "web", "serve"],
                cwd=self.folder,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            await wait_for(self._printed_address, "parley serve prints its address", STARTS_WITHIN)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """`kill -9`, also for workers."""
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM; returns when it has ended (fails after 20 s)."""
        self._end(signal.SIGTERM)

    async def stop(self, within: float = 20) -> int:
        """SIGTERM, while the test goes on; gives back the exit status."""
        assert self._process, "the process is not running"
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            await wait_for(lambda: process.poll() is not None, f"the server ends within {within} s", within)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        return process.wait()

    def freeze(self) -> None:
        """SIGSTOP: it keeps its connections and does nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: go on after `freeze`."""
        os.killpg(self.pid, signal.SIGCONT)

    def output(self) -> str:
        """Everything it has written since it was started the last time."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def all_output(self) -> str:
        """Everything it has written, over all its starts."""
        return "".join([*self._earlier, self.output()])

    def _end(self, which: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            if which is signal.SIGKILL:
                os.killpg(self.pid, which)
            else:
                self._process.send_signal(which)
            self._process.wait(20)
        self._process = None

    def _printed_address(self) -> str | None:
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"parley serve ended at start:\n{self.output()[-3000:]}")
        found = ADDRESS.search(self.output())
        return found.group() if found else None

    def _whole_environment(self) -> dict[str, str]:
        root = str(Path(__file__).parent.parent)
        own = {"PARLEY_PORT": str(self.port), "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"}
        return {**os.environ, **own, **self._environment}
