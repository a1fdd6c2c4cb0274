"""Forwarding: a new draft with what somebody wrote, within one's sight."""

import pytest

from app.bodies import MOST
from app.drafts import Address, Draft, get, list_drafts
from app.errors import NotFound
from app.events import Line
from app.forwarding import forward, quotation
from app.participants import add, stop
from app.site import Identity, Site
from tests import factories
from tests.app.circles import reply


async def forwarded(site: Site, who: Identity, room: str, seq: int | None = None) -> Draft:
    """The draft in which `who` forwards."""

    def introduce(line: Line) -> str:
        return f"{line.author.name}:"

    return await forward(site, who, room, seq, introduce=introduce, retitle=lambda subject: f"Fwd: {subject}")


async def test_the_message_or_a_reply_is_quoted(site: Site, people: list[Identity]) -> None:
    """A draft of the forwarder's own, without recipients, that names the author over the quotation."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob], "One\n\n- two", subject="Trip")
    draft = await forwarded(site, bob, room)
    assert (draft.subject, draft.body) == ("Fwd: Trip", "\n\nAlice:\n\n> One\n>\n> - two")
    assert (draft.to, draft.cc) == ([], [])
    assert await get(site, bob, draft.id) == draft
    await reply(site, bob, room)
    assert (await forwarded(site, alice, room, 2)).body.startswith("\n\nBob:\n\n> ")
    assert len((await list_drafts(site, alice)).items) == 1


async def test_only_what_one_sees_and_somebody_wrote(site: Site, people: list[Identity]) -> None:
    """Neither what was said before one came, nor what happened, nor anything after one has left."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob])
    to = [Address("person", carol.person_id)]
    await add(site, alice, room, to, share_history=False)
    for seq in (1, 2, None, 9):
        with pytest.raises(NotFound):
            await forwarded(site, carol, room, seq)
    await reply(site, bob, room)
    assert (await forwarded(site, carol, room)).body.startswith("\n\nBob:")
    await stop(site, carol, room)
    for who in (carol, dave):
        with pytest.raises(NotFound):
            await forwarded(site, who, room)


@pytest.mark.parametrize("body", ["x" * MOST, "x\n" * (MOST // 2), "x" * (MOST - 30)])
def test_what_is_too_long_is_cut(body: str) -> None:
    """A quotation is never longer than a body may be, and says that it was cut."""
    quoted = quotation("Alice:", body)
    assert len(quoted) <= MOST
    assert quoted.endswith("\n> …") == (len(body) > MOST - 30)
