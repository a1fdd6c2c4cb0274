"""What the operating system knows: a process's time and memory, a core of one's own, the disk's fsync, a hand-over."""

import os
import platform
import re
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

CPUCLOCK_SCHED = 2
"""Linux, include/linux/posix-timers_types.h: the clock that the scheduler keeps."""
PAGE = 4096


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, user and system, of all its threads, as `clock_getcpuclockid(3)` finds it."""
    return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)


def resident_kib(pid: int) -> int:
    """Memory of a process that is in RAM, in KiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) if found else 0


class Cores(msgspec.Struct, frozen=True):
    """Which cores the server has and which the load; the same ones where there is only one."""

    server: frozenset[int]
    load: frozenset[int]

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """One for the server, the others for the load."""
        first, *others = sorted(os.sched_getaffinity(0))
        return cls(frozenset({first}), frozenset(others or {first}))


def fsync_seconds(folder: Path, times: int = 60) -> float:
    """Median time of a 4 KiB append with fsync in `folder`."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(times):
            began = time.perf_counter()
            file.write(os.urandom(PAGE))
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def hand_over_seconds(cores: Cores, times: int = 2_000) -> float:
    """Processor time that this process spends on a byte to another one on the server's core and back.

    All that reaches an idle process costs that much besides, and on a shared machine it is not the same at all hours.
    """
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        os.sched_setaffinity(0, cores.server)
        while byte := theirs.recv(1):
            theirs.send(byte)
        os._exit(0)
    theirs.close()
    with ours:
        began = time.process_time()
        for _ in range(times):
            ours.send(b".")
            ours.recv(1)
        took = time.process_time() - began
    os.waitpid(child, 0)
    return took / times


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0..1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def description() -> dict[str, str | int]:
    """What this was measured on."""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": found.group(1) if found else platform.processor(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }
