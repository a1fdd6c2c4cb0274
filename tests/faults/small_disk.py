"""A node on SQLite whose disk is some megabytes large and can be filled: a real one, with a real ENOSPC.

The disk is a tmpfs in a mount namespace of the server's own, for which one need not be root. Its files are reached
from outside by way of `/proc/<pid>/root`; SQLite does not follow that way, and is given copies.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.faults.shape import Shape, environment_of
from tests.faults.stored import StoredEntry, read_logs
from tests.nodes import ServerProcess
from tests.waiting import wait_for

MEGABYTES = 24
ENTER = 'mount -t tmpfs -o size="$1" tmpfs "$2" && cp "$3" "$2/parley.db" && shift 3 && exec "$@"'


class SmallDisk(Shape):
    """One node whose disk begins with a copy of `database`, which is written to before the start."""

    def __init__(self, folder: Path, database: Path) -> None:
        self._disk, self._copy = folder / "disk", folder / "copy.db"
        (folder / "north").mkdir()
        self._disk.mkdir()
        namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        enter = [*namespace, "sh", "-c", ENTER, "sh", f"{MEGABYTES}m", str(self._disk), str(database)]
        settings = environment_of("north", f"sqlite+aiosqlite:///{self._disk}/parley.db")
        self._node = ServerProcess(settings, folder / "north", within=enter)
        super().__init__(f"sqlite+aiosqlite:///{database}", [self._node])

    def fill(self) -> None:
        """Take all room that is left."""
        with (self._outside / "ballast").open("ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        """Give back what `fill` took."""
        (self._outside / "ballast").unlink()

    async def logs(self, discussions: Iterable[str]) -> Mapping[str, Sequence[StoredEntry]]:
        """The logs as of a copy that SQLite finds nothing wrong with (it may have been taken during a write)."""
        await wait_for(self._copied, "a sound copy of the database")
        return await read_logs(f"sqlite+aiosqlite:///{self._copy}", discussions)

    @property
    def database_file(self) -> Path:
        """The last copy."""
        return self._copy

    @property
    def _outside(self) -> Path:
        return Path(f"/proc/{self._node.pid}/root{self._disk}")

    def _copied(self) -> bool:
        for end in ("", "-wal"):
            shutil.copyfile(self._outside / f"parley.db{end}", f"{self._copy}{end}")
        connection = sqlite3.connect(self._copy)
        try:
            return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
        except sqlite3.DatabaseError:
            return False
        finally:
            connection.close()
