"""The bus between nodes: a doorbell, not a log.

What it carries may be lost without harm, because every entry has a number and the store has every entry. A node
subscribes to channels and is told what other nodes publish there; its own publications do not come back to it.
`LocalBus` joins nodes in one process, `realtime.redis_bus.RedisBus` nodes anywhere; one suite proves them equal.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec

from app.events import (
    EntryStored,
    Event,
    Joined,
    Left,
    MessageMoved,
    PersonChanged,
    PersonRef,
    ReadMoved,
    SignInEnded,
    ViewChanged,
)


class TypingHeard(msgspec.Struct, frozen=True, tag="typing"):
    """Somebody is (or is no longer) writing in a discussion. Never stored."""

    discussion: str
    person: PersonRef
    on: bool


class SeenHeard(msgspec.Struct, frozen=True, tag="seen"):
    """Somebody has read a discussion up to `seq`."""

    discussion: str
    person: str
    seq: int


class Here(msgspec.Struct, frozen=True, tag="here"):
    """Everybody who has a discussion on screen on one node."""

    discussion: str
    node: str
    people: list[PersonRef]


class WhoIsHere(msgspec.Struct, frozen=True, tag="who"):
    """A node has begun to show a discussion and asks the others for `Here`."""

    discussion: str


class LookAgain(msgspec.Struct, frozen=True, tag="look"):
    """Some rings were lost: compare with the store."""


class Spent(msgspec.Struct, frozen=True, tag="spent"):
    """What one node let pass of an allowance that holds for all of them together: tokens by key."""

    pace: str
    tokens: dict[str, int]


class CameAndWent(msgspec.Struct, frozen=True, tag="moved"):
    """These people are connected to a node to which they were not, or no longer."""

    people: list[str]


Ring = (
    EntryStored
    | Joined
    | Left
    | ReadMoved
    | ViewChanged
    | MessageMoved
    | SignInEnded
    | PersonChanged
    | CameAndWent
    | TypingHeard
    | SeenHeard
    | Here
    | WhoIsHere
    | LookAgain
    | Spent
)
Heard = Callable[[Sequence[Ring]], None]

EVERYBODY = "nodes"
"""The channel to which every node is subscribed."""


def room_channel(discussion: str) -> str:
    """The channel of a discussion: nodes with a connected participant follow it."""
    return f"room:{discussion}"


def person_channel(person: str) -> str:
    """The channel of a person: nodes to which she is connected follow it."""
    return f"person:{person}"


def channel_of(event: Event) -> str:
    """The channel on which an event is rung."""
    match event:
        case EntryStored():
            return room_channel(event.discussion)
        case PersonChanged():
            return EVERYBODY
        case _:
            return person_channel(event.person)


class Bus(Protocol):
    """What the hub needs of a bus."""

    @property
    def healthy(self) -> bool:
        """Whether rings reach the other nodes at the moment."""

    async def start(self, heard: Heard, caught_up: Callable[[], None]) -> None:
        """Begin to listen. `caught_up` is called whenever rings may have been lost and no longer are."""

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Follow these channels; comes back when what is published from now on will be heard.

        While the other side is away it comes back at once: `caught_up` follows when it is there again.
        """

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """No longer follow these channels. Never waits; a ring may still come for a while."""

    def publish(self, channel: str, rings: Sequence[Ring]) -> None:
        """Ring the other nodes that follow `channel`. Never waits; may be lost."""

    async def close(self) -> None:
        """Stop listening and publishing."""


class Exchange:
    """Joins the local buses of one process."""

    def __init__(self) -> None:
        self.buses: list[LocalBus] = []


class LocalBus:
    """The bus of a node whose fellow nodes, if any, live in the same process. It loses nothing."""

    healthy = True

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()
        self._channels: set[str] = {EVERYBODY}
        self._heard: Heard | None = None

    async def start(self, heard: Heard, caught_up: Callable[[], None]) -> None:
        """Begin to listen; nothing is ever lost here, so `caught_up` is never called."""
        self._heard = heard
        self._exchange.buses.append(self)

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Follow these channels."""
        self._channels.update(channels)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """No longer follow these channels."""
        self._channels.difference_update(channels)

    def publish(self, channel: str, rings: Sequence[Ring]) -> None:
        """Ring the other nodes of this process."""
        for bus in self._exchange.buses:
            if bus is not self and bus._heard is not None and channel in bus._channels:
                bus._heard(rings)

    async def close(self) -> None:
        """Leave the exchange."""
        if self in self._exchange.buses:
            self._exchange.buses.remove(self)
