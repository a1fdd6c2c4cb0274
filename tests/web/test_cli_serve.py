"""`parley serve` as real processes: the line that says it is ready, its workers, and its end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import RedisServer, children_of, spares_of, workers_of
from tests.waiting import PATIENCE, wait_blocking

ROOT = Path(__file__).parents[2]
END_SECONDS = 15


class Serving:
    """A running `parley serve` with its output in a file."""

    def __init__(self, folder: Path, *command: str, **environment: str) -> None:
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web", *(command or ("serve",))],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PARLEY_PORT": "0", **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def lines(self) -> list[str]:
        """The lines that say it is ready."""
        return [line for line in self.output.read_text().splitlines() if line.startswith("Parley is ready")]

    @property
    def url(self) -> str:
        """Its address, once it is ready."""
        wait_blocking(lambda: self.lines or self.process.poll() is not None, "the server is ready", 40)
        assert self.lines, self.output.read_text()
        return self.lines[0].rpartition(" ")[2]

    @property
    def workers(self) -> set[int]:
        """The processes that serve under it."""
        return workers_of(self.process.pid)

    def spares(self) -> set[int]:
        """The processes under it that wait for a place."""
        return spares_of(self.process.pid)

    def answers(self) -> bool:
        """Whether a request on a new connection is answered."""
        try:
            return httpx.get(f"{self.url}/healthz", timeout=PATIENCE).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self, number: signal.Signals) -> int:
        """Send it this signal; returns its exit status."""
        self.process.send_signal(number)
        return self.process.wait(END_SECONDS)


Serve = Callable[..., Serving]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers that do not outlive the test."""
    running: list[Serving] = []

    def start(*command: str, **environment: str) -> Serving:
        running.append(Serving(tmp_path, *command, **environment))
        return running[-1]

    yield start
    for serving in running:
        if serving.process.poll() is None:
            os.killpg(serving.process.pid, signal.SIGKILL)
            serving.process.wait(END_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_process_says_its_address_and_ends_in_order(serve: Serve, number: signal.Signals) -> None:
    """A free port, one line, an answer, and a clean end without anything left on the port."""
    server = serve()
    assert server.answers()
    assert server.end(number) == 0
    assert len(server.lines) == 1
    assert not server.answers()


def test_a_port_that_is_taken_is_named(serve: Serve) -> None:
    """The second server on one port says so and stops."""
    port = serve().url.rpartition(":")[2]
    second = serve(PARLEY_PORT=port)
    assert second.process.wait(30) == 1
    assert f"127.0.0.1:{port}" in second.output.read_text()
    assert "Traceback" not in second.output.read_text()


def test_several_processes_share_a_port_and_a_dead_one_is_replaced(
    serve: Serve, redis_server: RedisServer
) -> None:
    """One line once all are ready; after `kill -9` of a worker, the one that waited takes its place."""
    server = serve(WEB_CONCURRENCY="2", PARLEY_REDIS_URL=redis_server.url)
    assert server.answers()
    before = server.workers
    assert len(before) == 2
    [spare] = wait_blocking(server.spares, "one process waits")
    os.kill(min(before), signal.SIGKILL)
    wait_blocking(lambda: server.workers == {max(before), spare}, "there are two workers again", 20)
    wait_blocking(server.answers, "the server answers", 20)
    wait_blocking(lambda: server.spares() - {spare}, "another process waits")
    assert server.end(signal.SIGTERM) == 0
    assert len(server.lines) == 1
    assert not server.answers()


def test_who_waits_is_replaced_too(serve: Serve, redis_server: RedisServer) -> None:
    """After `kill -9` of the process that waits there is another one, and those that serve are the same."""
    server = serve(WEB_CONCURRENCY="2", PARLEY_REDIS_URL=redis_server.url)
    assert server.answers()
    before = server.workers
    [spare] = wait_blocking(server.spares, "one process waits")
    os.kill(spare, signal.SIGKILL)
    wait_blocking(lambda: server.spares() - {spare}, "another process waits", 20)
    assert server.workers == before


def test_workers_end_with_their_parent(serve: Serve, redis_server: RedisServer) -> None:
    """When the parent is killed, nobody is left who holds the port."""
    server = serve(WEB_CONCURRENCY="2", PARLEY_REDIS_URL=redis_server.url)
    assert server.answers()
    wait_blocking(server.spares, "one process waits")
    family = children_of(server.process.pid)
    server.process.kill()
    server.process.wait(END_SECONDS)
    wait_blocking(lambda: not any(alive(child) for child in family), "the workers are gone", END_SECONDS)


def test_a_signal_to_all_of_them_ends_them_in_order(serve: Serve, redis_server: RedisServer) -> None:
    """Some runners of services tell the whole group to end: nobody is replaced, and nobody is left."""
    server = serve(WEB_CONCURRENCY="2", PARLEY_REDIS_URL=redis_server.url)
    assert server.answers()
    wait_blocking(server.spares, "one process waits")
    family = children_of(server.process.pid)
    os.killpg(server.process.pid, signal.SIGTERM)
    assert server.process.wait(END_SECONDS) == 0
    wait_blocking(lambda: not any(alive(child) for child in family), "nobody is left")
    assert not server.answers()


def test_the_end_does_not_wait_for_clients(serve: Serve) -> None:
    """A client that began a request and says no more cannot hold the server."""
    server = serve()
    port = int(server.url.rpartition(":")[2])
    with (
        httpx.Client(base_url=server.url, timeout=PATIENCE) as resting,
        socket.create_connection(("127.0.0.1", port)) as half,
    ):
        resting.get("/healthz")
        half.sendall(b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert server.end(signal.SIGTERM) == 0


def test_the_worker_ends_in_order(serve: Serve) -> None:
    """It tidies up at once, and SIGTERM ends it with status 0."""
    worker = serve("worker")
    wait_blocking(lambda: "sign_ins_purged" in worker.output.read_text(), "the worker has tidied up", 30)
    assert worker.end(signal.SIGTERM) == 0


def alive(process: int) -> bool:
    """Whether a process still runs (one that only waits to be reaped does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
