"""What a node tells Prometheus: its meters, how it stands at this moment, and its process.

Figures have a label `process` (1, 2 …), so that they go on as the same series when a process is replaced. No label
and no value comes from what people write or from who they are.
"""

import asyncio
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from app.meters import Meters, Spread
from app.replies import ReplyLog
from realtime.hub import Hub
from realtime.protocol import Close

LOOP_EVERY = 1.0
"""Seconds between two looks at how late the event loop's timers are."""
KNOWN_CLOSES = {1000, 1001, 1006, 1011, *(code for code in vars(Close).values() if isinstance(code, int))}
"""A client may close with any code that it likes: the others are counted together."""


class Figures:
    """The figures of one node. Its registry is its own: several nodes may live in one process."""

    def __init__(self, meters: Meters, hub: Hub, replies: ReplyLog) -> None:
        self._meters = meters
        self._registry = CollectorRegistry()
        self._registry.register(_Now(hub, replies))
        self._registry.register(_Counted(meters))
        ProcessCollector(registry=self._registry)

    def collect(self, *, store_answers: bool) -> list[Metric]:
        """All families as they are now."""
        store = _gauge("parley_store_up", "1 while the database answers.", store_answers)
        return [store, *self._registry.collect()]

    async def watch_loop(self) -> None:
        """Notice how late a timer comes: what keeps the event loop busy delays everybody."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOP_EVERY
            await asyncio.sleep(LOOP_EVERY)
            self._meters.loop_lags.observe(max(0.0, loop.time() - due))


class _Now(Collector):
    """How the node stands."""

    def __init__(self, hub: Hub, replies: ReplyLog) -> None:
        self._hub = hub
        self._replies = replies

    def collect(self) -> Iterator[Metric]:
        hub = self._hub
        yield InfoMetricFamily("parley_node", "The node's name.", {"node": hub.settings.node})
        yield _gauge("parley_bus_up", "1 while rings reach the other nodes; 0: degraded.", hub.bus.healthy)
        yield _gauge("parley_draining", "1 while live clients are asked to go elsewhere.", hub.draining)
        connections = sum(map(len, hub.people.values()))
        yield _gauge("parley_connections", "Live connections.", connections)
        yield _gauge("parley_people", "People with a live connection.", len(hub.people))
        yield _gauge("parley_rooms", "Discussions that are followed for somebody.", len(hub.rooms))
        yield _gauge("parley_replies_waiting", "Replies that wait for a commit.", self._replies.waiting)
        yield _gauge("parley_tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))


class _Counted(Collector):
    """What has been counted and timed since the node started."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def collect(self) -> Iterator[Metric]:
        meters = self._meters
        yield _counter("parley_replies", "Replies by what became of them.", "outcome", meters.replies)
        yield _histogram("parley_batch_replies", "Replies that went into one commit.", meters.batches)
        yield _histogram("parley_commit_seconds", "A commit, its turn included.", meters.commits)
        yield _histogram("parley_delivery_lag_seconds", "From a commit to its last write.", meters.lags)
        yield _histogram("parley_loop_lag_seconds", "How late a timer came.", meters.loop_lags)
        yield CounterMetricFamily("parley_deliveries", "Lines written live.", meters.delivered)
        yield CounterMetricFamily("parley_caught_up", "Missed lines written later.", meters.caught_up)
        yield _counter("parley_repairs", "What the store told and no ring did.", "found_by", meters.repairs)
        yield _counter("parley_resumes", "Discussions resumed, by how.", "how", meters.resumes)
        yield _counter("parley_closes", "Connections ended, by close code.", "code", _closes(meters.closes))


def _closes(closes: Mapping[int, int]) -> dict[str, int]:
    """By code, those that are missing as 0, so that a first slow reader is seen as an increase."""
    counted = dict.fromkeys(map(str, sorted(KNOWN_CLOSES)), 0) | {"other": 0}
    for code, number in closes.items():
        counted[str(code) if code in KNOWN_CLOSES else "other"] += number
    return counted


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _counter(name: str, meaning: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _histogram(name: str, meaning: str, spread: Spread) -> Metric:
    return HistogramMetricFamily(name, meaning, buckets=list(_buckets(spread)), sum_value=spread.sum)


def _buckets(spread: Spread) -> Iterator[tuple[str, int]]:
    """Bounds with how many values are up to them, as Prometheus wants them: added up."""
    total = 0
    for bound, count in zip([*map(float, spread.bounds), "+Inf"], spread.counts, strict=True):
        total += count
        yield str(bound), total
