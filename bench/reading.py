"""What it costs to read much: one request after the other, the large case and the small one in turns."""

import http.client
import statistics
import time
from collections.abc import Sequence

import msgspec

from bench.row import Row
from bench.server import Process

ROUNDS = 5
"""Each round asks for the small one a number of times, then for the large one; the machine's moods reach both."""
TIMES = 20


class Case(msgspec.Struct, frozen=True):
    """Something that is read with one request or more, from a little and from much."""

    name: str
    token: str
    small: Sequence[str]
    large: Sequence[str]
    small_token: str = ""


class Cost(msgspec.Struct):
    """Milliseconds of waiting and of the server's processor, one number per round."""

    waiting: list[float]
    cpu: list[float]


def compare(server: Process, case: Case, bound: float) -> Row:
    """The large case against the small one: the worse of the ratios of waiting and of processor time."""
    small, large = Cost([], []), Cost([], [])
    for number in range(ROUNDS + 1):
        for cost, token, paths in (
            (small, case.small_token or case.token, case.small),
            (large, case.token, case.large),
        ):
            waiting, cpu = _ask(server, token, paths)
            if number:  # the first round warms up: caches, and what a first visit writes
                cost.waiting.append(waiting)
                cost.cpu.append(cpu)
    detail = {
        "small_ms": _median(small.waiting),
        "large_ms": _median(large.waiting),
        "small_cpu_ms": _median(small.cpu),
        "large_cpu_ms": _median(large.cpu),
    }
    ratio = max(detail["large_ms"] / detail["small_ms"], detail["large_cpu_ms"] / detail["small_cpu_ms"])
    return Row(case.name, round(ratio, 2), "× the small", f"≤ {bound:g}", ratio <= bound, detail)


def _ask(server: Process, token: str, paths: Sequence[str]) -> tuple[float, float]:
    """Ask for `paths` many times: median milliseconds until the answer, and processor milliseconds for each."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": f"Bearer {token}"}
    took, cpu = [], server.cpu()
    for _ in range(TIMES):
        began = time.perf_counter()
        for path in paths:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{path}: {answer.status} {content.decode()}")
        took.append(time.perf_counter() - began)
    spent = server.cpu() - cpu
    connection.close()
    return statistics.median(took) * 1000, spent / TIMES * 1000


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)
