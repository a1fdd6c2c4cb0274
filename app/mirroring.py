"""Keeping boxes of large rooms up to date a little later than their logs, so that replies stay cheap."""

from collections.abc import Collection

from app.afterwards import GATHER_SECONDS, Afterwards
from store.database import Database
from store.mirrors import AT_ONCE, mirror_step, mirrored
from store.prepared import through
from store.tallies import MOST_UNTALLIED, overdue, tally_step
from store.waiting import waiting_rooms


async def tally(database: Database, people: Collection[str], most: int = MOST_UNTALLIED) -> None:
    """Let these people's badges be counted quickly, also when they hold many thousands. They are exact in any case.

    Whose tally is out of date by no more than `most` discussions is left as she is.
    """
    for person in await database.look(lambda link: overdue(link, people, most)):
        more = True
        while more:
            async with database.write() as session:
                more = await tally_step(session, person)


class Mirror(Afterwards):
    """Brings participations up to date with the rooms that append leaves waiting.

    Boxes and counts are exact meanwhile. Several nodes may do this side by side.
    """

    what = "mirror"

    def __init__(self, database: Database, *, gather: float = GATHER_SECONDS, step: int = AT_ONCE) -> None:
        super().__init__(gather=gather)
        self._database = database
        self._step = step

    async def catch_up(self) -> None:
        """Mirror every room that waits, in small transactions."""
        async with self._database.read() as session:
            waiting = await through(session, waiting_rooms)
        for room in waiting:
            await self._mirror(room)

    async def _mirror(self, room: str) -> None:
        heads: list[int] = []
        above: str | None = ""
        while above is not None:
            async with self._database.write() as session:
                head, above = await mirror_step(session, room, above, most=self._step)
            heads.append(head)
        async with self._database.write() as session:
            # Whoever came first knows the least; if the log went on meanwhile, the room waits again.
            await mirrored(session, room, heads[0])
