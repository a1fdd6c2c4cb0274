"""The live path's rows: many replies, one commit, one write, against a server that does nothing but write."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from bench.crowd import connect, connect_to_bare, leave
from bench.load import Checked
from bench.machine import percentile
from bench.row import Row, at_least, at_most
from bench.server import Process, Site
from bench.talk import Room, post_to_bare, post_to_parley

ROUNDS = 3


class Shape(msgspec.Struct, frozen=True):
    """R rooms of N participants, W replies in flight in each; `replies` per room and round."""

    rooms: int
    size: int
    in_flight: int
    replies: int

    @property
    def name(self) -> str:
        """As the design writes it."""
        return f"{self.rooms}×{self.size}, W = {self.in_flight}"


class Sample(msgspec.Struct, frozen=True):
    """One round: deliveries per second, and the server's processor time per reply and delivery, in microseconds."""

    deliveries_per_second: float
    cpu_per_reply: float
    cpu_per_delivery: float


class Side(Protocol):
    """Parley or the yardstick."""

    process: Process

    def talking(self, rooms: int, size: int) -> AbstractAsyncContextManager[list[Room]]:
        """Rooms with everybody connected, as long as the block lasts."""


class Parley:
    """A site with one discussion per group, whose members have tokens."""

    def __init__(self, site: Site, process: Process) -> None:
        self.process = process
        self._site = site

    @contextlib.asynccontextmanager
    async def talking(self, rooms: int, size: int) -> AsyncIterator[list[Room]]:
        """New discussions among the members of the groups for this shape."""
        talking = []
        for number in range(rooms):
            members = members_of(size, number)
            discussion = self._site.send_to_group(self.process, group_of(size, number), members[0])
            clients = await connect(self.process, [self._site.tokens[login] for login in members])
            checked = Checked()
            for client in clients:
                client.checked = checked
            talking.append(Room(discussion, clients, post_to_parley))
        yield talking
        for room in talking:
            await leave(room.members)


class Bare:
    """The yardstick."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._rooms = 0

    @contextlib.asynccontextmanager
    async def talking(self, rooms: int, size: int) -> AsyncIterator[list[Room]]:
        """New rooms."""
        talking = []
        for _ in range(rooms):
            self._rooms += 1
            name = f"{self._rooms:032x}"
            clients = await connect_to_bare(self.process, name, size, Checked())
            talking.append(Room(name, clients, post_to_bare))
        yield talking
        for room in talking:
            await leave(room.members)


def group_of(size: int, number: int) -> str:
    """The name of a group that a room of a shape is made of."""
    return f"crowd {size} {number}"


def members_of(size: int, number: int) -> list[str]:
    """Who is in it: the same people for rooms of all sizes."""
    return [f"person{person:04}" for person in range(number * size, (number + 1) * size)]


def groups_for(shapes: Sequence[Shape]) -> dict[str, list[str]]:
    """The groups that these shapes need."""
    return {
        group_of(shape.size, number): members_of(shape.size, number)
        for shape in shapes
        for number in range(shape.rooms)
    }


async def sample(side: Side, rooms: Sequence[Room], shape: Shape) -> Sample:
    """One round of a shape."""
    cpu, began = side.process.cpu(), time.perf_counter()
    await asyncio.gather(*(room.keep_in_flight(shape.replies, shape.in_flight) for room in rooms))
    took, used = time.perf_counter() - began, side.process.cpu() - cpu
    replies = shape.rooms * shape.replies
    deliveries = replies * shape.size
    return Sample(deliveries / took, used / replies * 1e6, used / deliveries * 1e6)


async def samples(sides: Sequence[Side], shape: Shape, rounds: int = ROUNDS) -> list[Sample]:
    """The median round of a shape on each side; rounds in turns, so that the machine's moods reach all of them."""
    async with contextlib.AsyncExitStack() as stack:
        talking = [
            (side, await stack.enter_async_context(side.talking(shape.rooms, shape.size))) for side in sides
        ]
        for side, rooms in talking:
            # The first replies of a connection meet cold caches, here and there.
            await sample(side, rooms, msgspec.structs.replace(shape, replies=2 * shape.in_flight))
        measured = [[await sample(side, rooms, shape) for side, rooms in talking] for _ in range(rounds)]
    return [_median(of_side) for of_side in zip(*measured, strict=True)]


def _median(of_side: Sequence[Sample]) -> Sample:
    return Sample(
        *(statistics.median(getattr(s, field) for s in of_side) for field in Sample.__struct_fields__)
    )


async def throughput(parley: Parley, bare: Bare, shape: Shape, bound: float) -> Row:
    """Deliveries per second against the yardstick's."""
    ours, theirs = await samples([parley, bare], shape)
    ratio = ours.deliveries_per_second / theirs.deliveries_per_second
    name = f"deliveries/s against the yardstick, {shape.name}"
    return at_least(name, round(ratio, 2), bound, "times", parley=ours, yardstick=theirs)


async def lone_deliveries(parley: Parley, bare: Bare, shape: Shape, bound: float) -> Row:
    """Processor time per delivery where there is nothing to gather, against the yardstick's."""
    ours, theirs = await samples([parley, bare], shape)
    ratio = ours.cpu_per_delivery / theirs.cpu_per_delivery
    name = f"CPU per delivery against the yardstick, {shape.name}"
    return at_most(name, round(ratio, 2), bound, "times", parley=ours, yardstick=theirs)


async def replies(parley: Parley, shape: Shape, bound: float) -> Row:
    """Processor time of the server per reply, everything in."""
    (ours,) = await samples([parley], shape)
    return at_most(f"server CPU per reply, {shape.name}", round(ours.cpu_per_reply), bound, "µs", parley=ours)


async def latency(
    parley: Parley, bare: Bare, size: int, *, pace: float, seconds: float, fsync: float
) -> list[Row]:
    """From writing a reply until everybody has it, at a steady pace; `fsync`: what one takes on this disk."""
    ours, theirs = [await _paced(side, size, pace, seconds) for side in (parley, bare)]
    p50, p99 = percentile(ours, 0.5), percentile(ours, 0.99)
    yardstick = percentile(theirs, 0.5)
    detail = {
        "p50_ms": p50 * 1e3,
        "p99_ms": p99 * 1e3,
        "yardstick_p50_ms": yardstick * 1e3,
        "yardstick_p99_ms": percentile(theirs, 0.99) * 1e3,
        "fsync_ms": fsync * 1e3,
    }
    name = f"latency to all, 1×{size} at {pace:g} replies/s"
    over = round((p50 - yardstick) / fsync, 2)
    return [
        at_most(f"{name}: p50 over the yardstick's", over, 1.5, "fsyncs", **detail),
        at_most(f"{name}: p99 against p50", round(p99 / p50, 2), 3, "times", **detail),
    ]


async def _paced(side: Parley | Bare, size: int, pace: float, seconds: float) -> list[float]:
    async with side.talking(1, size) as (room,):
        await room.keep_in_flight(20, 1)
        return await room.keep_pace(seconds, pace)
