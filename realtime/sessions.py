"""Who is connected, and how often: a place for each connection, as many as a person and an address may have.

`Sessions` counts on this node, where it is decided at once. `Elsewhere` tells how many there are on the other nodes:
`realtime.redis_sessions` keeps that in Redis.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Protocol

from app.settings import Settings

MOST_PER_PERSON = 20
"""Connections of one person, on all nodes together."""

Leave = Callable[[], None]
"""Gives a place back; to be called once."""


class Elsewhere(Protocol):
    """The connections on the other nodes."""

    async def count(self, keys: Iterable[str]) -> Mapping[str, int]:
        """How many connections there are on the other nodes for these keys, which may have just got one more here.

        Comes back at once with nothing while that cannot be known: then each node counts for itself.
        """

    def changed(self, keys: Iterable[str]) -> None:
        """There are fewer connections for these keys here. Never waits."""

    async def run(self) -> None:
        """Keep the other nodes informed, until cancelled."""

    async def close(self) -> None:
        """Take this node's connections out."""


class Sessions:
    """The connections of one node: `held` has their number by person and by address."""

    def __init__(self, settings: Settings) -> None:
        self.held: Counter[str] = Counter()
        self.elsewhere: Elsewhere | None = None
        self._settings = settings

    async def take_place(self, person: str, address: str | None) -> Leave | None:
        """Take a place for one connection: what gives it back, or None when there is none left.

        `address` is None where many people may come from one that is not theirs (see `web.addresses`).
        """
        caps = self._caps(person, address)
        if any(self.held[key] >= most for key, most in caps.items()):
            return None
        self.held.update(caps.keys())
        leave = partial(self._leave, caps.keys())
        is_free = False
        try:
            is_free = await self._is_free_elsewhere(caps)
        finally:
            if not is_free:
                leave()
        return leave if is_free else None

    async def connected_elsewhere(self, people: Collection[str]) -> set[str]:
        """Those of these people who are connected to another node; nobody while that cannot be known."""
        if self.elsewhere is None or not people:
            return set()
        counts = await self.elsewhere.count([_of_person(person) for person in people])
        return {person for person in people if counts.get(_of_person(person))}

    def _caps(self, person: str, address: str | None) -> dict[str, int]:
        if not self._settings.limits_rates:
            return {}
        caps = {_of_person(person): MOST_PER_PERSON}
        if address is not None:
            caps[f"address:{address}"] = self._settings.connections_per_address
        return caps

    async def _is_free_elsewhere(self, caps: Mapping[str, int]) -> bool:
        if self.elsewhere is None or not caps:
            return True
        # Which of them this one is: of two that come at once, the second is the newest.
        place = {key: self.held[key] for key in caps}
        others = await self.elsewhere.count(caps)
        return all(place[key] + others.get(key, 0) <= most for key, most in caps.items())

    def _leave(self, keys: Iterable[str]) -> None:
        self.held.subtract(keys)
        for key in keys:
            if not self.held[key]:
                del self.held[key]
        if self.elsewhere is not None:
            self.elsewhere.changed(keys)


def _of_person(person: str) -> str:
    return f"person:{person}"
