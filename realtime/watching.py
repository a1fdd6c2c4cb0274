"""Whom each connection shows: when somebody is other than before, came or went, only those who show her are told.

What is told is that there is something to ask again, never what; the answer is made for whoever asks. So a change
costs as many frames as there are connections that show the person, gathered for a moment, and nothing for the others.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from realtime.connection import Connection
from realtime.frames import People

if TYPE_CHECKING:
    from realtime.hub import Hub

GATHER = 0.25
"""Seconds in which changes go into one frame of a connection."""
BREATH_AFTER = 100
"""Frames after which everything else on the event loop has its turn."""
ANSWERED_PER_SECOND = 200
"""How many of those who are told may ask within a second: a part of what one process answers."""
RECENT = 30.0
"""Seconds for which a change is remembered: a page that was rendered before it may be watched only after it."""


class Watching:
    """Who watches whom on this node."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._watchers: dict[str, dict[Connection, bool]] = {}
        self._gathered: defaultdict[Connection, dict[str, None]] = defaultdict(dict)
        self._recent: dict[str, float] = {}

    @property
    def is_needed(self) -> bool:
        """Whether anybody is watched."""
        return bool(self._watchers)

    def watch(self, connection: Connection, people: Collection[str], meets: Collection[str]) -> None:
        """From now on this connection shows `people`; of those whom it `meets`, it is told when they come and go."""
        if not connection.is_open:
            return
        known = connection.watched
        self.forget(connection)
        connection.watched = frozenset(people)
        for person in connection.watched:
            self._watchers.setdefault(person, {})[connection] = person in meets
        self._forget_old()
        self._gather(connection, [one for one in people if one in self._recent and one not in known])

    def forget(self, connection: Connection) -> None:
        """It shows nobody any more."""
        for person in connection.watched:
            if watchers := self._watchers.get(person):
                watchers.pop(connection, None)
                if not watchers:
                    del self._watchers[person]
        connection.watched = frozenset()

    def changed(self, person: str) -> None:
        """What others see of this person is other than before."""
        self._remember([person])
        for connection in self._watchers.get(person, ()):
            self._gather(connection, [person])

    def moved(self, people: Collection[str]) -> None:
        """These people came or went, and let it be seen."""
        for person in people:
            for connection, meets in self._watchers.get(person, {}).items():
                if meets:
                    self._gather(connection, [person])

    def _gather(self, connection: Connection, people: Iterable[str]) -> None:
        is_running = bool(self._gathered)
        for person in people:
            self._gathered[connection][person] = None
        if self._gathered and not is_running:
            self._hub.spawn(self._tell_soon())

    async def _tell_soon(self) -> None:
        await asyncio.sleep(GATHER)
        gathered, self._gathered = self._gathered, defaultdict(dict)
        within = round(len(gathered) / ANSWERED_PER_SECOND, 1)
        for number, (connection, people) in enumerate(gathered.items(), 1):
            if connection.is_open:
                connection.send_if_free(People(list(people), within))
            if number % BREATH_AFTER == 0:
                await asyncio.sleep(0)

    def _remember(self, people: Iterable[str]) -> None:
        self._forget_old()
        now = asyncio.get_running_loop().time()
        for person in people:
            # In the order of their moments, the oldest first.
            self._recent.pop(person, None)
            self._recent[person] = now

    def _forget_old(self) -> None:
        until = asyncio.get_running_loop().time() - RECENT
        while self._recent and (oldest := next(iter(self._recent))) and self._recent[oldest] < until:
            del self._recent[oldest]
