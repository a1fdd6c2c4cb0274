"""Who is connected to this node, and what it tells the others.

What it hears goes through `realtime.hearing`. How a line reaches everybody here who follows its room is in
`realtime.delivery`, how somebody begins to follow in `realtime.joining` and `realtime.catching_up`, how holes are
filled from the store in `realtime.repairs`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog

from app.events import Event, ReadMoved
from app.meters import Meters
from app.settings import Settings
from realtime.allowances import Allowances
from realtime.bus import Bus, Ring, SeenHeard, channel_of, person_channel, room_channel
from realtime.catching_up import CatchingUp
from realtime.comings import Comings
from realtime.condition import Condition
from realtime.connection import Connection
from realtime.counts import CountNews
from realtime.delivery import Delivery
from realtime.discretion import Discretion
from realtime.frames import Drain, ServerFrame
from realtime.hearing import Hearing
from realtime.joining import Joining
from realtime.presence import Presences
from realtime.protocol import encode
from realtime.repairs import Repairs
from realtime.room import Room
from realtime.views import ViewNews
from realtime.watching import Watching
from store.columns import utc_now
from store.database import Database

log = structlog.get_logger(__name__)


class Hub:
    """The live side of one node."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        settings: Settings,
        meters: Meters | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self.bus = bus
        self.settings = settings
        self.meters = meters or Meters()
        self.now = now
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, dict[Connection, None]] = {}
        self.draining = False
        self.nobody_here = asyncio.Event()
        self.nobody_here.set()
        self.hearing = Hearing(self)
        self.delivery = Delivery(self)
        self.repairs = Repairs(self)
        self.joining = Joining(self)
        self.catching_up = CatchingUp(self)
        self.discretion = Discretion(self)
        self.presences = Presences(self)
        self.comings = Comings(self)
        self.watching = Watching(self)
        self.counts = CountNews(self)
        self.views = ViewNews(self)
        self.condition = Condition(self)
        self.allowances = Allowances(self)
        self._tasks: set[asyncio.Task[Any]] = set()

    # Life

    async def start(self) -> None:
        """Begin to listen to the other nodes and to look after quiet rooms."""
        await self.bus.start(self.hearing.hear, self.repairs.look_again)
        self.discretion.look_soon()
        self.spawn(self.repairs.watch())
        self.spawn(self.condition.watch())
        self.spawn(self.allowances.tell())

    async def close(self) -> None:
        """Stop everything that runs for this hub."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.bus.close()

    def drain(self, within: float) -> None:
        """Ask every client to go elsewhere within `within` seconds; new ones are refused from now on."""
        self.draining = True
        framed = encode(Drain(within))
        for connection in self.connections():
            connection.write(framed)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something beside, kept until it ends; a failure is logged, never lost."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("live_task_failed", error=type(error).__name__, exc_info=error)

    # Who is connected

    def connections(self) -> Iterable[Connection]:
        """Every connection of this node."""
        return [connection for mine in self.people.values() for connection in mine]

    def admit(self, connection: Connection) -> None:
        """Take a new connection in."""
        self.people.setdefault(connection.identity.person_id, {})[connection] = None
        self.comings.moved(connection.identity.person_id)
        self.nobody_here.clear()

    def forget(self, connection: Connection) -> None:
        """A connection is lost: take it out of everything."""
        connection.is_open = False
        person = connection.identity.person_id
        mine = self.people.get(person, {})
        mine.pop(connection, None)
        if not mine and self.people.pop(person, None) is not None:
            self.bus.unsubscribe([person_channel(person)])
            self.comings.moved(person)
        if not self.people:
            self.nobody_here.set()
        self.watching.forget(connection)
        for discussion in list(connection.on_screen):
            self.presences.shut(connection, discussion)
        for discussion in connection.rooms:
            if room := self.rooms.get(discussion):
                room.drop(connection)
                self.discard_if_empty(room)
        connection.rooms.clear()

    def discard_if_empty(self, room: Room) -> None:
        """A room that nobody here watches costs nothing."""
        if room.is_empty and self.rooms.get(room.id) is room:
            del self.rooms[room.id]
            self.presences.forget(room.id)
            self.bus.unsubscribe([room_channel(room.id)])

    # What happened

    def announce(self, events: Sequence[Event]) -> None:
        """Something happened on this node: tell its own connections, then ring the other nodes."""
        self.hearing.hear(events)
        by_channel: dict[str, list[Ring]] = {}
        for event in events:
            by_channel.setdefault(channel_of(event), []).append(event)
            if isinstance(event, ReadMoved) and event.told:
                seen = SeenHeard(event.discussion, event.person, event.seq)
                self.presences.seen(seen)
                by_channel.setdefault(room_channel(event.discussion), []).append(seen)
        for channel, rings in by_channel.items():
            self.bus.publish(channel, rings)

    def tell(self, person: str, frame: ServerFrame) -> None:
        """Tell all tabs of a person something that concerns only her."""
        framed = encode(frame)
        for connection in self.people.get(person, ()):
            if connection.welcomed:
                connection.write(framed)
