"""What is measured: `parley serve` as its users start it, and the yardstick, each on a core of its own."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.machine import Cores, cpu_seconds, resident_kib

ADDRESS = re.compile(r"http://[^\s/]+:(\d+)")
PARLEY = str(Path(sys.executable).with_name("parley"))


class Process:
    """A server process that has said where it listens."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], cores: Cores
    ) -> None:
        self.log = folder / "server.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, cores.server),  # noqa: PLW1509 - no threads here
            )
        assert self._process.stdout
        found = ADDRESS.search(self._process.stdout.readline().decode())
        if not found:
            raise RuntimeError(f"the server did not start: {self.log.read_text()}")
        self.port = int(found.group(1))
        self.pid = self._process.pid

    def cpu(self) -> float:
        """Seconds of processor time used up to now."""
        return cpu_seconds(self.pid)

    def resident_kib(self) -> int:
        """Memory in RAM now, in KiB."""
        return resident_kib(self.pid)

    def stop(self) -> None:
        """End it, gently first."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


class Site:
    """A Parley of its own in `folder`, filled through the ordinary commands and calls."""

    def __init__(self, folder: Path, cores: Cores, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.cores = cores
        self.environment = {
            "PARLEY_PORT": "0",
            "PARLEY_RATE_LIMITS": "off",
            "PARLEY_SECRET": "only-for-the-bench-" + "0" * 32,
            "PARLEY_DRAIN_SECONDS": "0",
            **(environment or {}),
        }
        self.tokens: dict[str, str] = {}
        self.command("migrate")

    def command(self, *arguments: str, given: str | None = None) -> str:
        """Run a `parley` command to its end; what it printed."""
        done = subprocess.run(
            [PARLEY, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"parley {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def import_people(self, groups: Mapping[str, Sequence[str]]) -> None:
        """People by the groups that they are in; everybody gets a token."""
        of: dict[str, list[str]] = {}
        for group, logins in groups.items():
            for login in logins:
                of.setdefault(login, []).append(group)
        lines = [
            f"{login},{login.title()} Somebody,,member,{';'.join(names)},en," for login, names in of.items()
        ]
        table = self.folder / "people.csv"
        table.write_text("\n".join(["login,name,email,role,groups,language,password", *lines]) + "\n")
        self.command("people", "import", table.name)
        printed = self.command("tokens", "create", "-", given="\n".join(of))
        self.tokens |= dict(line.split("\t") for line in printed.splitlines() if "\t" in line)

    @contextlib.contextmanager
    def serving(self, **environment: str) -> Iterator[Process]:
        """The server, as long as the block lasts."""
        process = Process([PARLEY, "serve"], self.folder, {**self.environment, **environment}, self.cores)
        try:
            yield process
        finally:
            process.stop()

    def send_to_group(self, server: Process, group: str, author: str) -> str:
        """`author` writes a message to a group; the discussion's id."""
        token = self.tokens[author]
        options = call(server, token, "GET", f"/api/recipients?q={quote(group)}")["items"]
        address = next(option["id"] for option in options if option["name"] == group)
        fields = {"subject": f"To {group}", "body": "A first word.", "to": [{"group": address}]}
        draft = call(server, token, "POST", "/api/messages", fields)["id"]
        sent = call(server, token, "POST", f"/api/messages/{draft}/send", {})
        return str(sent["discussion"]["id"])


def call(server: Process, token: str, method: str, path: str, body: Any = None) -> Any:
    """One call of the HTTP API."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


@contextlib.contextmanager
def yardstick(folder: Path, cores: Cores) -> Iterator[Process]:
    """`bench.bare`, as long as the block lasts."""
    command, environment = (
        [sys.executable, "-m", "bench.bare"],
        {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    process = Process(command, folder, environment, cores)
    try:
        yield process
    finally:
        process.stop()
