"""Groups: made, called otherwise, filled, emptied, deleted."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.acting import changing, looking, unique
from app.administration.pages import MOST, behind, page_of
from app.auditing import note
from app.errors import FieldError, InvalidInput, NotFound
from app.first_letters import searched
from app.paging import Page, check_limit
from app.person_fields import LONGEST_GROUP
from app.site import Identity, Site
from store.administration import groups as stored
from store.administration import people as accounts
from store.administration.groups import GroupRow
from store.columns import new_id
from store.recipients import FoundGroup, groups_for

TAKEN = "There is a group of this name already."


class Deleting(msgspec.Struct, frozen=True):
    """What deleting a group means.

    With it go its memberships and `rules`; `opens_all` if those are all rules that there are, so that everybody may
    write to everybody afterwards. It cannot be deleted while a message is addressed to it (`is_addressed`).
    """

    group: GroupRow
    opens_all: bool
    is_addressed: bool


async def find(
    site: Site, who: Identity | None, q: str = "", *, cursor: str | None = None, limit: int = 50
) -> Page[FoundGroup]:
    """Groups by name with their sizes. Raises `Forbidden`, `InvalidInput`."""
    check_limit(limit, MOST)
    async with looking(site, who) as session:
        words = searched(q)
        if words is None:
            return Page([], None)
        after = await behind(session, "group", cursor)
        return page_of(await groups_for(session, words, limit=limit + 1, after=after), limit)


async def names(site: Site, who: Identity | None) -> list[tuple[str, str]]:
    """All groups by name: identifier and name. Raises `Forbidden`."""
    async with looking(site, who) as session:
        return await stored.names(session)


async def get(site: Site, who: Identity | None, group_id: str) -> GroupRow:
    """One group. Raises `Forbidden`, `NotFound`."""
    async with looking(site, who) as session:
        return _found(await stored.group(session, group_id))


async def create(site: Site, who: Identity | None, name: str) -> str:
    """Make an empty group; gives back its identifier. Raises `Forbidden`, `InvalidInput`."""
    group_id, name = new_id(), _checked(name)
    async with changing(site, who) as session:
        with unique("name", TAKEN):
            await stored.insert_group(session, group_id, name, site.now())
        note(site, session, who, "group_created", about_id=group_id, about=name)
    return group_id


async def rename(site: Site, who: Identity | None, group_id: str, name: str) -> None:
    """Call a group otherwise. Raises `Forbidden`, `NotFound`, `InvalidInput`."""
    name = _checked(name)
    async with changing(site, who) as session:
        before = _found(await stored.group(session, group_id, locked=True))
        if before.name == name:
            return
        with unique("name", TAKEN):
            await stored.rename_group(session, group_id, name)
        note(site, session, who, "group_renamed", about_id=group_id, about=name, detail=before.name)


async def deleting(site: Site, who: Identity | None, group_id: str) -> Deleting:
    """What deleting this group would mean. Raises `Forbidden`, `NotFound`."""
    async with looking(site, who) as session:
        group = _found(await stored.group(session, group_id))
        left = await stored.rules_without(session, group_id)
        addressed = await stored.is_addressed(session, group_id)
    return Deleting(group, bool(group.rules) and not left, addressed)


async def delete(site: Site, who: Identity | None, group_id: str) -> None:
    """Delete a group with its rules.

    Raises `Forbidden`, `NotFound`, `InvalidInput` (`addressed`) where a message is addressed to it: what was sent
    never changes, also not in whom it was sent to.
    """
    async with changing(site, who) as session:
        group = _found(await stored.group(session, group_id, locked=True))
        if await stored.is_addressed(session, group_id):
            detail = "Messages are addressed to this group, so it stays. Its members can be taken out."
            raise InvalidInput(FieldError("group", "addressed", detail))
        await stored.delete_group(session, group_id)
        detail = f"rules={group.rules} members={group.size}"
        note(site, session, who, "group_deleted", about_id=group_id, about=group.name, detail=detail)


async def add_member(site: Site, who: Identity | None, group_id: str, person_id: str) -> None:
    """Put a person into a group; who is in it already stays. Raises `Forbidden`, `NotFound`."""
    async with changing(site, who) as session:
        group, name = await _both(session, group_id, person_id)
        if await stored.is_member(session, group_id, person_id):
            return
        await stored.add_member(session, group_id, person_id)
        note(site, session, who, "member_added", about_id=person_id, about=name, detail=group.name)


async def remove_member(site: Site, who: Identity | None, group_id: str, person_id: str) -> None:
    """Take a person out of a group. Raises `Forbidden`, `NotFound`, also where she is not in it."""
    async with changing(site, who) as session:
        group, name = await _both(session, group_id, person_id)
        if not await stored.is_member(session, group_id, person_id):
            raise NotFound
        await stored.remove_member(session, group_id, person_id)
        note(site, session, who, "member_removed", about_id=person_id, about=name, detail=group.name)


async def named(site: Site, who: Identity | None, name: str) -> str:
    """The identifier of the group that is called so. Raises `Forbidden`, `InvalidInput`."""
    async with looking(site, who) as session:
        group_id = await stored.by_name(session, _joined(name))
    if group_id is None:
        raise InvalidInput(FieldError("group", "unknown", "There is no group of this name."))
    return group_id


async def _both(session: AsyncSession, group_id: str, person_id: str) -> tuple[GroupRow, str]:
    """The group, locked, and the person's name."""
    group = _found(await stored.group(session, group_id, locked=True))
    account = await accounts.account(session, person_id)
    if account is None:
        raise NotFound
    return group, account.name


def _found(row: GroupRow | None) -> GroupRow:
    if row is None:
        raise NotFound
    return row


def _checked(name: str) -> str:
    """The name as it is kept. A semicolon parts the names of groups in files."""
    name = _joined(name)
    if not 1 <= len(name) <= LONGEST_GROUP or ";" in name or not name.isprintable():
        detail = f"A group's name has from 1 to {LONGEST_GROUP} characters, and no semicolon."
        raise InvalidInput(FieldError("name", "invalid", detail))
    return name


def _joined(name: str) -> str:
    return " ".join(name.split())
