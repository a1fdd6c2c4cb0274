"""Lists of recipients that one person keeps for herself. Nobody else ever sees them, also not those in them."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.addresses import resolved
from app.draft_fields import Address, RecipientRef
from app.errors import FieldError, InvalidInput, NotFound
from app.site import Identity, Site
from store import lists as stored
from store.people import folded
from store.tables import RecipientList

MOST_CHARACTERS = 100
MOST_LISTS = 100
MOST_MEMBERS = 500


class OwnList(msgspec.Struct, frozen=True):
    """A list of one's own, and the people and groups in it."""

    id: str
    name: str
    members: list[RecipientRef]


async def index(site: Site, who: Identity) -> list[OwnList]:
    """All lists of this person, by name."""
    async with site.database.read() as session:
        return await _shown(session, await stored.lists_of(session, who.person_id))


async def get(site: Site, who: Identity, list_id: str) -> OwnList:
    """One's own list. Raises `NotFound`."""
    async with site.database.read() as session:
        found = await stored.own_list(session, list_id, who.person_id)
        if found is None:
            raise NotFound
        return (await _shown(session, [found]))[0]


async def create(site: Site, who: Identity, name: str, members: Sequence[Address] = ()) -> OwnList:
    """Make a list. Raises `InvalidInput`: the name is none or taken, somebody unknown, too many."""
    name = _named(name)
    new = RecipientList(owner_id=who.person_id, name=name, folded=folded(name), created_at=site.now())
    async with site.database.write() as session:
        if len(await stored.lists_of(session, who.person_id)) >= MOST_LISTS:
            raise InvalidInput(FieldError("name", "too_many", f"There are at most {MOST_LISTS} lists."))
        session.add(new)
        await _flushed(session)
        await _fill(session, who, new.id, members)
        return (await _shown(session, [new]))[0]


async def change(
    site: Site,
    who: Identity,
    list_id: str,
    *,
    name: str | UnsetType = UNSET,
    members: Sequence[Address] | UnsetType = UNSET,
) -> OwnList:
    """Give a list another name, other members, or both. Raises `NotFound`; or as `create`."""
    async with site.database.write() as session:
        found = await stored.own_list(session, list_id, who.person_id, lock=True)
        if found is None:
            raise NotFound
        if not isinstance(name, UnsetType):
            found.name = _named(name)
            found.folded = folded(found.name)
            await _flushed(session)
        if not isinstance(members, UnsetType):
            await _fill(session, who, list_id, members)
        return (await _shown(session, [found]))[0]


async def delete(site: Site, who: Identity, list_id: str) -> None:
    """Delete a list. Raises `NotFound`."""
    async with site.database.write() as session:
        if await stored.own_list(session, list_id, who.person_id, lock=True) is None:
            raise NotFound
        await stored.delete_list(session, list_id)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= MOST_CHARACTERS or not name.isprintable():
        detail = f"A list's name has 1 to {MOST_CHARACTERS} printable characters."
        raise InvalidInput(FieldError("name", "invalid", detail))
    return name


async def _flushed(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise InvalidInput(FieldError("name", "taken", "You have a list of this name.")) from error


async def _fill(session: AsyncSession, who: Identity, list_id: str, members: Sequence[Address]) -> None:
    distinct = await resolved(session, who.person_id, "members", members)
    if len(distinct) > MOST_MEMBERS:
        detail = f"A list has at most {MOST_MEMBERS} members."
        raise InvalidInput(FieldError("members", "too_many", detail))
    await stored.put_members(session, list_id, [(one.type, one.id) for one in distinct])


async def _shown(session: AsyncSession, found: Sequence[RecipientList]) -> list[OwnList]:
    members = await stored.members_of(session, [one.id for one in found])
    return [
        OwnList(one.id, one.name, [RecipientRef(m.type, m.id, m.name) for m in members[one.id]])
        for one in found
    ]
