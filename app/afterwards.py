"""Work that replies leave for a little later, so that they stay cheap: kept up with on each node, beside everything."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable

import structlog

from store.database import StoreUnavailable

log = structlog.get_logger(__name__)

GATHER_SECONDS = 2.0
"""What is written within so long is worked off together."""
LOOK_SECONDS = 30.0
"""How often to look for what nobody rang for, which another node left when it ended."""


class Afterwards(ABC):
    """One kind of such work; `what` names it in the log."""

    what: str

    def __init__(self, *, gather: float = GATHER_SECONDS) -> None:
        self._gather = gather
        self._nudged = asyncio.Event()

    @abstractmethod
    async def catch_up(self) -> None:
        """Work off all that waits. Raises `StoreUnavailable`."""

    def nudge(self, ids: Iterable[str]) -> None:
        """Something was written to these discussions."""
        if any(True for _ in ids):
            self._nudged.set()

    async def run(self) -> None:
        """Go on until cancelled; what an earlier run left comes first."""
        while True:
            self._nudged.clear()
            try:
                await self.catch_up()
            except StoreUnavailable:
                log.warning("work_waits_for_store", work=self.what)
            await self._wait()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._nudged.wait(), LOOK_SECONDS)
        except TimeoutError:
            return
        await asyncio.sleep(self._gather)
