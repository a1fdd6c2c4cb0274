"""The tests' own Redis and PostgreSQL: on free ports, in temporary folders, never a machine's own.

Fault tests end, freeze and restart them; the port stays the same over a restart.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from pwd import getpwnam, struct_passwd
from random import SystemRandom
from typing import IO

from tests.waiting import wait_blocking

START_SECONDS = 30.0
PORTS = range(10_000, 32_000)
"""Below those that the system gives away by itself, so that a port stays free while its server is down: whoever tries
to connect to it meanwhile might else be given it, and be connected with herself."""
UNPRIVILEGED = ("postgres", "nobody")
"""Accounts that PostgreSQL runs under when the tests run as root, which it refuses."""


def free_port() -> int:
    """A port on the loopback address that nobody listens on at the moment."""
    while True:
        port = SystemRandom().choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class OwnServer(ABC):
    """A server process that belongs to the tests."""

    name: str
    gentle_signal: signal.Signals

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self._account = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)

    @property
    @abstractmethod
    def url(self) -> str:
        """The address in the form that the settings take."""

    @property
    def pid(self) -> int:
        """The server's main process."""
        assert self._process, f"{self.name} is not running"
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = self._spawn(self._command(), stdout=log)
        wait_blocking(self._answers_or_died, f"{self.name} answers on port {self.port}", START_SECONDS)

    def stop(self) -> None:
        """End it in order (a no-op when it is not running)."""
        if self._process:
            self.thaw()
            self._process.send_signal(self.gentle_signal)
            self._process.wait(START_SECONDS)
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL to it and its children."""
        if self._process:
            self._signal_all(signal.SIGKILL)
            self._process.wait(START_SECONDS)
            self._process = None

    def restart(self) -> None:
        """End it in order and start it again on the same port."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, nothing answers any more."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: go on after `freeze`."""
        self._signal_all(signal.SIGCONT)

    def remove(self) -> None:
        """End it and delete its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def _command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def _answers_or_died(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended at start:\n{(self.folder / 'log').read_text()[-2000:]}")
        return self._answers()

    def _signal_all(self, which: signal.Signals) -> None:
        # The parent first, so that it starts no child that would be missed.
        for pid in (self.pid, *children_of(self.pid)):
            try:
                os.kill(pid, which)
            except ProcessLookupError:
                continue

    def _spawn(self, command: Sequence[str | Path], stdout: int | IO[bytes]) -> subprocess.Popen[bytes]:
        account = self._account
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
        )


class RedisServer(OwnServer):
    """A redis-server that keeps nothing on disk."""

    name = "redis"
    gentle_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _command(self) -> Sequence[str | Path]:
        binary = shutil.which("redis-server")
        assert binary, "redis-server is missing: install redis-server"
        address = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder)
        return [binary, *address, "--save", "", "--appendonly", "no"]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class PostgresServer(OwnServer):
    """A PostgreSQL cluster. `durable=False` saves the fsyncs; a crash of the machine is not what we test."""

    name = "postgresql"
    gentle_signal = signal.SIGINT
    """PostgreSQL's "fast" shutdown: connected clients are sent away."""

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self._durable = durable
        self._binaries = _postgres_binaries()
        self._run(
            "initdb", "--pgdata=data", "--username=parley", "--auth=trust", "--encoding=UTF8", "--no-sync"
        )

    @property
    def url(self) -> str:
        return self.database("postgres")

    def database(self, name: str) -> str:
        """The address of one database of this server."""
        return f"postgresql+asyncpg://parley@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database as a copy of `template` and give back its address."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.database(name)

    def drop_database(self, name: str) -> None:
        """Delete a database, whoever is still connected."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run one statement as the cluster's owner and give back what it answers."""
        arguments = ("--host=127.0.0.1", f"--port={self.port}", "--username=parley", "--no-psqlrc", "-qAt")
        return self._run("psql", *arguments, f"--dbname={database}", f"--command={statement}").strip()

    def _command(self) -> Sequence[str | Path]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "64MB",
            # Not synchronous_commit: a killed server must keep what it acknowledged.
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [self._binaries / "postgres", "-D", self.folder / "data", *flags]

    def _answers(self) -> bool:
        try:
            return self.sql("SELECT 1") == "1"
        except AssertionError:
            return False

    def _run(self, program: str, *arguments: str) -> str:
        process = self._spawn([self._binaries / program, *arguments], stdout=subprocess.PIPE)
        answer = process.communicate(timeout=60)[0].decode(errors="replace")
        assert process.returncode == 0, f"{program} failed: {answer}"
        return answer


def _unprivileged() -> struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return getpwnam(name)
        except KeyError:
            continue
    raise AssertionError(f"running as root, and no account to run servers under: {UNPRIVILEGED}")


def _postgres_binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine (Debian keeps them out of PATH)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    assert found or on_path, "PostgreSQL is missing: install postgresql"
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def workers_of(parent: int) -> set[int]:
    """The processes that serve under a `parley serve` with several of them.

    Only who serves has an event loop.
    """
    return {pid for pid in children_of(parent) if _has_event_loop(pid)}


def spares_of(parent: int) -> set[int]:
    """The processes under it that load the program, or have loaded it, and do not serve yet."""
    return {pid for pid in children_of(parent) if _is_spawned(pid) and not _has_event_loop(pid)}


def _is_spawned(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _has_event_loop(pid: int) -> bool:
    with contextlib.suppress(OSError):
        for open_file in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed in this moment
                if open_file.readlink().name == "anon_inode:[eventpoll]":
                    return True
    return False


def children_of(parent: int) -> list[int]:
    """The processes whose parent is `parent`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found
