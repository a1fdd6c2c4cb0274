"""Very many clients lose their connections in one moment: all have resumed within a minute, and missed nothing."""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from random import Random

import pytest

from tests import factories
from tests.faults.conftest import Measured
from tests.faults.crowd import Member
from tests.faults.recovering import took
from tests.faults.shape import Shape
from tests.faults.talk import site_on
from tests.realtime.clients import LiveClient

MANY, FEW = 5_000, 300
PER_PERSON = 10
PER_ROOM = 25
"""People in one discussion."""
RESUMED_WITHIN = 60.0
ANSWERED_WITHIN = 30.0
"""Seconds that a reply may take while everybody comes back and other rows have the processor too."""
MISSED = 3
"""Replies in each discussion that are posted while everybody is away."""
COMING = 250
"""Clients that connect together at first."""


@pytest.fixture
def _descriptors(is_long: bool) -> None:
    """Sockets for all of them, here and (as a child inherits it) in the server."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MANY if is_long else soft
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"needs {wanted} descriptors; the limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


@pytest.mark.usefixtures("_descriptors")
async def test_all_reset_at_once(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Reset, and written to meanwhile: each comes back at its random moment and gets exactly what it missed."""
    [node] = one_node.nodes
    count = MANY if is_long else FEW
    people = count // PER_PERSON
    tokens, rooms = await _populate(one_node.database_url, people)
    dice = Random(f"{seed} reset at once")
    members = [
        Member(node.port, tokens[place % people], rooms[place % people // PER_ROOM], Random(dice.random()))
        for place in range(count)
    ]
    async with _present(members), _speakers(node.live_url, tokens, rooms) as speakers:
        for member in members:
            member.cut()
        for speaker, room in zip(speakers, rooms, strict=True):
            for number in range(MISSED):
                await _say(speaker, room, f"{number}")
        measured(
            f"{count} resumed, s",
            await took(
                lambda: all(_has_all(one) for one in members), "everybody has resumed", RESUMED_WITHIN
            ),
        )
        attempts = sum(member.attempts for member in members) - count
        measured(f"{count}: attempts each", attempts / count)
        for speaker, room in zip(speakers, rooms, strict=True):
            await _say(speaker, room, "Everybody is here.")
        await took(lambda: all(one.seen == 2 + MISSED for one in members), "everybody hears it", 30)
    assert [fault for member in members for fault in member.faults] == []


async def _say(speaker: LiveClient, room: str, body: str) -> None:
    await speaker.send(type="post", id=body, client_id=f"{room}-{body}", discussion=room, body=body)
    await speaker.expect("ack", ANSWERED_WITHIN, id=body)


def _has_all(member: Member) -> bool:
    return member.attempts > 1 and member.resumed is not None and member.seen >= 1 + MISSED


def _have_come(members: Sequence[Member]) -> bool:
    return all(member.resumed is not None for member in members)


async def _populate(url: str, count: int) -> tuple[list[str], list[str]]:
    """So many people's tokens, and their discussions, each of `PER_ROOM` people in turn."""
    async with site_on(url) as site:
        people = await factories.people(site, *(f"person{number:04}" for number in range(count)))
        tokens = [await factories.token(site, who) for who in people]
        circles = [people[start : start + PER_ROOM] for start in range(0, count, PER_ROOM)]
        return tokens, [await factories.discussion(site, circle[0], circle[1:]) for circle in circles]


@asynccontextmanager
async def _present(members: Sequence[Member]) -> AsyncIterator[None]:
    """Everybody is connected at the beginning; in the end all leave."""
    try:
        for start in range(0, len(members), COMING):
            some = members[start : start + COMING]
            for member in some:
                member.come()
            await took(partial(_have_come, some), "these have come", 30)
        yield
    finally:
        await asyncio.gather(*(member.leave() for member in members))


@asynccontextmanager
async def _speakers(url: str, tokens: Sequence[str], rooms: Sequence[str]) -> AsyncIterator[list[LiveClient]]:
    """One more connection for each discussion, which is not cut."""
    async with contextlib.AsyncExitStack() as stack:
        speakers = []
        for place in range(len(rooms)):
            speaker = await LiveClient.welcomed(url, tokens[place * PER_ROOM])
            stack.push_async_callback(speaker.close)
            speakers.append(speaker)
        yield speakers
