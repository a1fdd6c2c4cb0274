"""Whom somebody may write to, and why: asked by herself, by a page that shows people, and by admins."""

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.audiences import as_target, audience_of, decisions
from app.draft_fields import Address
from app.errors import FieldError, InvalidInput, NotFound, RecipientsRefused, RefusedRecipient
from app.first_letters import searched
from app.matching import groups_matching, people_matching
from app.paging import Page, check_limit
from app.reaching import reach
from app.rules.audience import Audience, Because, Decision, may_write_to_group
from app.site import Identity, Site
from store import addressing, people
from store.columns import is_id
from store.prepared import through
from store.recipients import BEFORE_ALL, After, place_after
from store.tables import Person

MOST = 100


class Permitted(msgspec.Struct, frozen=True):
    """Somebody, or a group as a whole, whom a person may write to, `because` of what.

    `detail` is a person's login, or a group's size.
    """

    type: Literal["person", "group"]
    id: str
    name: str
    detail: str
    because: Because


async def explain(site: Site, writer_id: str, target: Address) -> Decision:
    """Whether this person may write to a person or a group, and why. Raises `NotFound`."""
    async with site.database.read() as session:
        await _known(session, writer_id)
        audience = await through(session, audience_of, writer_id)
        if target.type == "person":
            found = await people.by_ids(session, [target.id])
            if not found:
                raise NotFound
            asked = [as_target(found[target.id])]
            return (await through(session, decisions, audience, asked))[target.id]
        if target.type != "group" or not await people.group_names(session, [target.id]):
            raise NotFound
    return may_write_to_group(audience, target.id)


async def writable_among(site: Site, who: Identity, person_ids: Collection[str]) -> dict[str, Decision]:
    """Whether `who` may write to each of these people; whom there is not is left out."""
    async with site.database.read() as session:
        found = await people.by_ids(session, person_ids)
        audience = await through(session, audience_of, who.person_id)
        return await through(session, decisions, audience, map(as_target, found.values()))


async def refused(site: Site, who: Identity, addresses: Iterable[Address]) -> list[RefusedRecipient]:
    """Those of these people and groups whom `who` may not write to, each with the reason."""
    wanted = [(one.type, one.id) for one in addresses]
    async with site.database.read() as session:
        found = await through(session, addressing.named, wanted, who.person_id)
    try:
        reach(who.person_id, found)
    except RecipientsRefused as error:
        return error.refused
    return []


async def permitted(site: Site, who: Identity, person_ids: Collection[str]) -> list[tuple[Person, Because]]:
    """Those of these people to whom `who` may write, in the same order, and because of what; not herself."""
    async with site.database.read() as session:
        found = await people.by_ids(session, person_ids)
        audience = await through(session, audience_of, who.person_id)
        decided = await through(session, decisions, audience, map(as_target, found.values()))
    return [
        (found[one], because)
        for one in person_ids
        if one in decided
        and one != who.person_id
        and decided[one].allowed
        and (because := decided[one].because)
    ]


async def whom_may(
    site: Site, person_id: str, q: str = "", cursor: str | None = None, *, limit: int = 50
) -> Page[Permitted]:
    """Whom this person may write to, as `q` narrows it: groups, then people, each by name and with the explaining rule.

    Raises `NotFound` for an unknown person, `InvalidInput` for a foreign cursor or a limit that is not 1 to 100.
    """
    check_limit(limit, MOST)
    words = searched(q)
    async with site.database.read() as session:
        await _known(session, person_id)
        kind, after = await _place(session, cursor)
        if words is None:
            return Page([], None)
        audience = await through(session, audience_of, person_id)
        found = await _groups(session, audience, words, after, limit + 1) if kind == "group" else []
        if len(found) <= limit:
            after = after if kind == "person" else BEFORE_ALL
            found += await _people(session, audience, words, after, limit + 1 - len(found))
    shown = found[:limit]
    return Page(shown, f"{shown[-1].type}:{shown[-1].id}" if len(found) > limit else None)


async def _groups(
    session: AsyncSession, audience: Audience, words: list[str], after: After, most: int
) -> list[Permitted]:
    found = await groups_matching(session, audience, words, limit=most, after=after)
    return [Permitted("group", one.id, one.name, str(one.size), because) for one, because in found]


async def _people(
    session: AsyncSession, audience: Audience, words: list[str], after: After, most: int
) -> list[Permitted]:
    found = await people_matching(session, audience, words, limit=most, after=after)
    return [Permitted("person", one.id, one.name, one.login, because) for one, because in found]


async def _known(session: AsyncSession, person_id: str) -> None:
    if await people.name_of(session, person_id) is None:
        raise NotFound


async def _place(session: AsyncSession, cursor: str | None) -> tuple[str, After]:
    """Where a list goes on: groups come first, each kind by name."""
    if cursor is None:
        return "group", BEFORE_ALL
    kind, _, one = cursor.partition(":")
    after = await place_after(session, kind, one) if is_id(one) else None
    if after is None:
        raise InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here."))
    return kind, after
