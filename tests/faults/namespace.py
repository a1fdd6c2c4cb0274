"""A network of its own for clients that vanish: from one moment on nothing passes any more, in either direction.

Only the kernel can do this to a connection; it takes root and the program `ip` (iproute2).
"""

import ctypes
import os
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

CLONE_NEWNET = 0x40000000
SERVER, CLIENT = "198.51.100.1", "198.51.100.2"
"""Addresses for documentation (RFC 5737): nobody has them."""


class Namespace:
    """A network namespace that is joined to this one by a cable."""

    def __init__(self) -> None:
        self._name = f"parley-{os.getpid()}"
        self._cable = f"parley{os.getpid() % 10**8}"

    @staticmethod
    def is_possible() -> bool:
        """Whether a namespace may be made here."""
        if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
            return False
        return subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode == 0

    def __enter__(self) -> Self:
        _ip("netns", "add", self._name)
        end = f"{self._cable}c"
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", end, "netns", self._name)
        _ip("addr", "add", f"{SERVER}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self._name, "addr", "add", f"{CLIENT}/30", "dev", end)
        _ip("-n", self._name, "link", "set", end, "up")
        return self

    def __exit__(self, *_: object) -> None:
        _ip("link", "del", self._cable)
        _ip("netns", "del", self._name)

    def new_socket(self) -> socket.socket:
        """A socket of a client over there; the server's address is `SERVER`."""
        # A socket belongs to the namespace in which its thread is when it is made.
        with ThreadPoolExecutor(1) as over_there:
            return over_there.submit(self._new_socket).result()

    def cut(self) -> None:
        """From now on nothing passes."""
        _ip("-n", self._name, "link", "set", f"{self._cable}c", "down")

    def _new_socket(self) -> socket.socket:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/run/netns/{self._name}").open() as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        return socket.socket()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
