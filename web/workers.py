"""Several server processes on one listening socket, and the parent that replaces one that dies.

Loading the program is nearly all of a process's start: more than a second of a core, of which there is little to spare
when a process has just died. So one more process than serve has loaded it already and waits for a place that becomes
free; then the next one loads. uvicorn's own supervisor wants an application by import string, keeps nobody in waiting
and prints no line once all are ready.
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

# A fresh interpreter for each: nothing of the parent's threads, locks and connections gets in, and no two of them go on
# from the same state of a generator of identifiers, as forks of a process that has loaded the program might.
_spawn = multiprocessing.get_context("spawn")

KILL_AFTER = serving.LAST_MOMENT + 0.5
"""Seconds after SIGTERM at which the parent kills what still runs."""
RESTART_PAUSE = 1.0
"""Seconds before a process is replaced that did not even become ready."""


@dataclass
class Worker:
    """One process and the parent's end of the pipe to it. It is ready once it serves."""

    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    is_told_to_end: bool = False

    def end(self) -> None:
        """Tell it to end, once."""
        if self.process.is_alive() and not self.is_told_to_end:
            self.is_told_to_end = True
            self.process.terminate()


class Workers:
    """As many processes as the settings say. `on_ready` is called once, when all of them serve."""

    def __init__(self, settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._on_ready = on_ready
        self._workers: list[Worker] = []
        self._spare: Worker | None = None
        self._all_were_ready = False
        self._stopping_since: float | None = None
        self._woken, self._waker = _spawn.Pipe(duplex=False)

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with tempfile.TemporaryDirectory(prefix="parley-") as folder:
            self._folder = Path(folder)
            self._workers = [self._start(place) for place in range(self._settings.processes)]
            while self._stopping_since is None or any(
                worker.process.is_alive() for worker in self._everybody
            ):
                self._look_after_all()
        return 0 if self._all_were_ready else 1

    @property
    def _everybody(self) -> list[Worker]:
        return [*self._workers, self._spare] if self._spare else self._workers

    def _look_after_all(self) -> None:
        running = [worker for worker in self._everybody if worker.process.is_alive()]
        starting = [worker.pipe for worker in running if not worker.ready and worker is not self._spare]
        signals = [self._woken] if self._stopping_since is None else []
        wait([*signals, *starting, *(worker.process.sentinel for worker in running)], timeout=0.5)
        for place, worker in enumerate(self._workers):
            self._look_after(place, worker)
        self._keep_a_spare()
        if not self._all_were_ready and all(worker.ready for worker in self._workers):
            self._all_were_ready = True
            self._on_ready()
        if self._stopping_since is not None:
            self._end_all(self._stopping_since)

    def _end_all(self, since: float) -> None:
        # Held here it would stay open, and take in people whom no process serves any more.
        self._listener.close()
        for worker in self._everybody:
            worker.end()
            if time.monotonic() - since > KILL_AFTER:
                worker.process.kill()

    def _look_after(self, place: int, worker: Worker) -> None:
        with contextlib.suppress(EOFError, OSError):
            worker.ready = worker.ready or (worker.pipe.poll() and worker.pipe.recv())
        if worker.process.is_alive() or self._stopping_since is not None:
            return
        if not self._all_were_ready:
            # The first start failed, and would fail the same way again: its own log says why.
            self._stop(signal.SIGTERM, None)
            return
        _bury(worker)
        self._workers[place] = self._start(place)

    def _keep_a_spare(self) -> None:
        """One process waits, unless others still start, who need the cores more."""
        if self._stopping_since is not None or not all(worker.ready for worker in self._workers):
            return
        if self._spare and not self._spare.process.is_alive():
            _bury(self._spare)
            self._spare = None
        self._spare = self._spare or self._load()

    def _start(self, place: int) -> Worker:
        worker, self._spare = self._spare or self._load(), None
        settings = self._settings.model_copy(update={"node": f"{self._settings.node}.{place + 1}"})
        with contextlib.suppress(OSError):  # it has just died, and will be found so
            worker.pipe.send((settings, Siblings(place + 1, self._settings.processes, self._folder)))
        return worker

    def _load(self) -> Worker:
        ours, theirs = _spawn.Pipe()
        process = _spawn.Process(target=_work, args=(self._listener, theirs))
        process.start()
        theirs.close()
        return Worker(process, ours)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        # Only noted: it may come while a process is being started, which needs the listener.
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
            self._waker.send(None)


def _bury(worker: Worker) -> None:
    if not worker.ready:
        time.sleep(RESTART_PAUSE)
    worker.pipe.close()


def _work(listener: socket.socket, pipe: Connection) -> None:
    """What a child does: load, wait for its place, serve, say when it is ready, and end when its parent is gone."""
    # Ctrl+C reaches the whole group; the parent passes it on as SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serving.load()
    try:
        settings, siblings = pipe.recv()
    except (EOFError, OSError):
        return
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    sys.exit(serving.run_one(settings, listener, lambda: pipe.send(True), siblings))


def _end_with_parent(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    os.kill(os.getpid(), signal.SIGTERM)
