"""Several server processes on one listening socket, and the parent that replaces one that dies.

uvicorn's own supervisor wants an application by import string and prints no line once all are ready.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

from app.settings import Settings
from web import serving
from web.siblings import Siblings

# A fresh interpreter for each: nothing of the parent's threads, locks and connections gets in.
_spawn = multiprocessing.get_context("spawn")

KILL_AFTER = serving.LAST_MOMENT + 0.5
"""Seconds after SIGTERM at which the parent kills what still runs."""
RESTART_PAUSE = 1.0
"""Seconds before a process is replaced that did not even become ready."""


@dataclass
class Worker:
    """One server process and the parent's end of the pipe to it."""

    process: SpawnProcess
    pipe: Connection
    ready: bool = False


class Workers:
    """As many processes as the settings say. `on_ready` is called once, when all of them serve."""

    def __init__(self, settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._on_ready = on_ready
        self._workers: list[Worker] = []
        self._all_were_ready = False
        self._stopping_since: float | None = None

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with tempfile.TemporaryDirectory(prefix="parley-") as folder:
            self._folder = Path(folder)
            self._workers = [self._start(place) for place in range(self._settings.processes)]
            while any(worker.process.is_alive() for worker in self._workers):
                self._look_after_all()
        return 0 if self._all_were_ready else 1

    def _look_after_all(self) -> None:
        pipes = [worker.pipe for worker in self._workers if not worker.ready and not worker.pipe.closed]
        wait([*pipes, *(w.process.sentinel for w in self._workers if w.process.is_alive())], timeout=0.5)
        for place, worker in enumerate(self._workers):
            self._look_after(place, worker)
        if not self._all_were_ready and all(worker.ready for worker in self._workers):
            self._all_were_ready = True
            self._on_ready()
        if self._stopping_since is not None and time.monotonic() - self._stopping_since > KILL_AFTER:
            for worker in self._workers:
                worker.process.kill()

    def _look_after(self, place: int, worker: Worker) -> None:
        if not worker.ready and not worker.pipe.closed and worker.pipe.poll():
            with contextlib.suppress(EOFError):
                worker.ready = bool(worker.pipe.recv())
        if worker.process.is_alive() or self._stopping_since is not None:
            return
        if not self._all_were_ready:
            # The first start failed, and would fail the same way again: its own log says why.
            self._stop(signal.SIGTERM, None)
            return
        if not worker.ready:
            time.sleep(RESTART_PAUSE)
        worker.pipe.close()
        self._workers[place] = self._start(place)

    def _start(self, place: int) -> Worker:
        ours, theirs = _spawn.Pipe()
        settings = self._settings.model_copy(update={"node": f"{self._settings.node}.{place + 1}"})
        siblings = Siblings(place + 1, self._settings.processes, self._folder)
        arguments = (settings, self._listener, theirs, siblings)
        process = _spawn.Process(target=_work, args=arguments, name=settings.node)
        process.start()
        theirs.close()
        return Worker(process, ours)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
            # Held here it would stay open, and take in people whom no process serves any more.
            self._listener.close()
        for worker in self._workers:
            if worker.process.is_alive():
                worker.process.terminate()


def _work(settings: Settings, listener: socket.socket, pipe: Connection, siblings: Siblings) -> None:
    """What a child does: serve, say when it is ready, and end when its parent is gone."""
    # Ctrl+C reaches the whole group; the parent passes it on as SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    sys.exit(serving.run_one(settings, listener, lambda: pipe.send(True), siblings))


def _end_with_parent(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    os.kill(os.getpid(), signal.SIGTERM)
