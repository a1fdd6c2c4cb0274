"""People talking in a room: replies in flight, or one every so often, until everybody has seen all of them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.load import Client, Faulty

BODY = (
    "It is about two hundred characters long, as most of what people write to each other in a discussion is; "
    * 2
)
PATIENCE = 120.0
"""Seconds after which a reply that did not come counts as lost."""

Post = Callable[[str, int], dict[str, Any]]
"""The frame that posts reply number n of a discussion."""


def post_to_parley(discussion: str, number: int) -> dict[str, Any]:
    """A reply as a client sends it."""
    return {
        "type": "post",
        "id": str(number),
        "discussion": discussion,
        "client_id": f"{time.time_ns():x}-{number}",
        "body": f"{BODY[:192]}{number:8}",
    }


def post_to_bare(discussion: str, number: int) -> dict[str, Any]:
    """What Parley would deliver for it: the yardstick hands it on as it is."""
    return {
        "type": "entry",
        "discussion": discussion,
        "seq": number,
        "kind": "reply",
        "author": {"id": discussion, "name": "Somebody Talking"},
        "at": "2026-01-01T12:00:00.000000Z",
        "body": f"{BODY[:192]}{number:8}",
        "attachments": [],
        "client_id": f"{time.time_ns():x}-{number}",
    }


class Room:
    """A discussion whose `members` are connected and have seen its entry 1; the first of them does the talking."""

    def __init__(self, discussion: str, members: Sequence[Client], post: Post) -> None:
        self.members = members
        self._discussion = discussion
        self._post = post
        self._head = 1
        for member in members:
            member.discussion, member.seen = discussion.encode(), 1

    async def keep_in_flight(self, replies: int, in_flight: int) -> None:
        """Post `replies`, the next whenever one has come back, until everybody has seen all of them."""
        end = self._head + replies

        def next_please(first: int, last: int) -> None:
            self._say(min(last - first + 1, end - self._head))

        self.members[0].on_seen = next_please
        self._say(min(in_flight, replies))
        await self._everybody_has(end)
        self.members[0].on_seen = None

    async def keep_pace(self, seconds: float, per_second: float) -> list[float]:
        """Post at a steady pace; how long each reply took from being written until everybody had it, in seconds."""
        said_at: dict[int, float] = {}
        missing: dict[int, int] = {}
        took: list[float] = []

        def saw(first: int, last: int) -> None:
            for seq in range(first, last + 1):
                missing[seq] -= 1
                if not missing[seq]:
                    took.append(time.perf_counter() - said_at[seq])

        for member in self.members:
            member.on_seen = saw
        began = time.perf_counter()
        for number in range(round(seconds * per_second)):
            await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            missing[self._head + 1], said_at[self._head + 1] = len(self.members), time.perf_counter()
            self._say(1)
        await self._everybody_has(self._head)
        for member in self.members:
            member.on_seen = None
        return took

    def _say(self, replies: int) -> None:
        numbers = range(self._head + 1, self._head + 1 + replies)
        self._head += replies
        self.members[0].send([self._post(self._discussion, number) for number in numbers])

    async def _everybody_has(self, seq: int) -> None:
        deadline = time.perf_counter() + PATIENCE
        while lacking := sum(member.seen < seq for member in self.members):
            for member in self.members:
                if member.fault:
                    raise member.fault
            if time.perf_counter() > deadline:
                raise Faulty(f"{lacking} of {len(self.members)} still lack entry {seq} of {self._discussion}")
            await asyncio.sleep(0.001)
