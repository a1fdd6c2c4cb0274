"""How well this node is connected to the others, as its clients are told: at welcome, and whenever it changes."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from realtime.frames import Status, StatusName
from realtime.protocol import encode

if TYPE_CHECKING:
    from realtime.hub import Hub

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the bus."""


class Condition:
    """`degraded` while rings do not reach the other nodes: what people there write comes late, and nothing is lost."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self.told: StatusName = "ok"
        """What every welcomed client knows."""

    async def watch(self) -> None:
        """Tell a change once it has lasted for two looks: what is mended at once is nobody's business."""
        seen = self.told
        while True:
            await asyncio.sleep(LOOK_EVERY)
            before, seen = seen, self._now()
            if seen == before != self.told:
                self._tell(seen)

    def _now(self) -> StatusName:
        return "ok" if self._hub.bus.healthy else "degraded"

    def _tell(self, status: StatusName) -> None:
        log.warning("condition_changed", status=status)
        self.told = status
        framed = encode(Status(status))
        for connection in self._hub.connections():
            # Whoever is still to be welcomed is told by her welcome.
            if connection.welcomed:
                connection.write(framed)
