"""The server processes behind one port: each can be asked for its figures by the others.

A scrape reaches whichever process takes the connection, and must not show one of them now and another then. So every
process listens on a Unix socket in a folder that only they share, and whoever is scraped asks all of them.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog
from prometheus_client.core import Metric

log = structlog.get_logger(__name__)

ANSWERS_WITHIN = 3.0
"""Seconds that a process has to tell its figures: longer than it waits for a store that does not answer."""


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One figure."""

    name: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, frozen=True, array_like=True):
    """The figures of one name, as they go from one process to another."""

    name: str
    meaning: str
    kind: str
    samples: list[Sample]


Tell = Callable[[], Coroutine[Any, Any, list[Metric]]]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Family]).decode


@dataclass(frozen=True)
class Siblings:
    """Process number `place` (from 1) of `count`, which meet in `folder`; one alone needs none."""

    place: int = 1
    count: int = 1
    folder: Path = Path()

    async def answer(self, tell: Tell) -> None:
        """Answer the others with what `tell` returns, until cancelled."""
        if self.count == 1:
            return

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError), contextlib.closing(writer):
                writer.write(_encode(_families(await tell())))
                await writer.drain()

        async with await asyncio.start_unix_server(answer, self._path(self.place)) as server:
            await server.serve_forever()

    async def collect(self, tell: Tell) -> list[Metric]:
        """The figures of all processes, told apart by their label `process`, and which of them answer."""
        places = range(1, self.count + 1)
        answers = await asyncio.gather(*(self._ask(place, tell) for place in places))
        up = Metric("parley_process_up", "1 for a process that told its figures.", "gauge")
        merged: dict[str, Metric] = {}
        for place, families in zip(places, answers, strict=True):
            up.add_sample(up.name, {"process": str(place)}, float(families is not None))
            for family in families or ():
                whole = merged.setdefault(family.name, Metric(family.name, family.meaning, family.kind))
                for sample in family.samples:
                    whole.add_sample(sample.name, {"process": str(place), **sample.labels}, sample.value)
        return [up, *merged.values()]

    async def _ask(self, place: int, tell: Tell) -> list[Family] | None:
        if place == self.place:
            return _families(await tell())
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                reader, writer = await asyncio.open_unix_connection(self._path(place))
                with contextlib.closing(writer):
                    return _decode(await reader.read())
        except (OSError, TimeoutError, msgspec.MsgspecError) as error:
            # It is being replaced, or stuck: said by `parley_process_up`.
            log.info("process_does_not_tell", process=place, error=type(error).__name__)
            return None

    def _path(self, place: int) -> Path:
        return self.folder / f"{place}.sock"


def _families(metrics: list[Metric]) -> list[Family]:
    return [
        Family(
            metric.name,
            metric.documentation,
            metric.type,
            [Sample(sample.name, dict(sample.labels), sample.value) for sample in metric.samples],
        )
        for metric in metrics
    ]
