"""Two nodes in fine weather, for what comes at the wrong moment."""

from dataclasses import dataclass

import pytest

from app.events import EntryStored
from app.lines import shown
from app.site import Identity
from app.verdicts import NewReply
from store.columns import new_id
from store.lines import missing_lines
from store.prepared import through
from tests.realtime.reader import Frame, Reader
from tests.realtime.weather import Weather, WeatheredDatabase, WeatheredNode
from tests.waiting import wait_for

joined = pytest.mark.parametrize("pair", [True], indirect=True, ids=["joined"])
apart = pytest.mark.parametrize("pair", [False], indirect=True, ids=["apart"])


@dataclass
class Pair:
    """Two nodes in fine weather; Alice has written to Bob."""

    weather: Weather
    database: WeatheredDatabase
    north: WeatheredNode
    south: WeatheredNode
    alice: Identity
    bob: Identity
    room: str

    async def reader(
        self, node: WeatheredNode, who: Identity, resume: dict[str, int] | None = None
    ) -> Reader:
        """A welcomed connection."""
        reader = Reader(node, who, self.weather, {})
        reader.hello(resume or {})
        await told(reader, "welcome")
        return reader

    async def post(self, node: WeatheredNode, body: str) -> int:
        """A reply of Alice on this node."""
        return (await node.replies.post(NewReply(self.alice.ref, self.room, new_id(), body))).seq

    async def line(self, seq: int) -> EntryStored:
        """The ring for an entry."""
        async with self.database.read() as session:
            (found,) = await through(session, missing_lines, self.room, seq - 1, seq, 1)
        return EntryStored(self.room, shown(found))


async def told(reader: Reader, kind: str, /, **fields: object) -> Frame:
    """Wait until a reader is told something."""

    def found() -> Frame | None:
        return next(
            (f for f in reader.frames if f["type"] == kind and fields.items() <= f.items()),
            None,
        )

    return await wait_for(found, f"{kind} {fields} among {[frame['type'] for frame in reader.frames]}")


def kinds(reader: Reader) -> list[str]:
    """What a reader was told besides counts."""
    return [frame["type"] for frame in reader.frames if frame["type"] not in {"unread", "presence"}]
