"""Groups as readers meet them.

Somebody is told of the groups that she may write to as a whole, and of who is in them: writing to one would show it
anyhow. Of any other she is told nothing.
"""

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.audiences import audience_of
from app.errors import NotFound
from app.first_letters import searched
from app.matching import groups_matching
from app.rules.audience import Audience, may_write_to_group
from app.site import Identity, Site
from store import directory
from store.columns import is_id
from store.people import group_names
from store.prepared import through
from store.recipients import FoundGroup

MOST = 10


class GroupRef(msgspec.Struct, frozen=True):
    """A group by identifier and name."""

    id: str
    name: str


async def groups_of(site: Site, who: Identity, person_id: str) -> list[GroupRef]:
    """The groups of a person that the reader is told of, by name."""
    async with site.database.read() as session:
        audience = await through(session, audience_of, who.person_id)
        found = await directory.groups_of(session, person_id)
    return [GroupRef(*one) for one in found if may_write_to_group(audience, one[0]).allowed]


async def find_groups(site: Site, who: Identity, q: str, *, limit: int = MOST) -> list[FoundGroup]:
    """The groups that the reader is told of, by first letters; none where nothing is looked for."""
    words = searched(q)
    if not words:
        return []
    async with site.database.read() as session:
        audience = await through(session, audience_of, who.person_id)
        return [group for group, _ in await groups_matching(session, audience, words, limit=limit)]


async def group_called(site: Site, who: Identity, group: str) -> GroupRef:
    """A group that the reader is told of. Raises `NotFound`."""
    async with site.database.read() as session:
        return await told(session, await through(session, audience_of, who.person_id), group)


async def told(session: AsyncSession, audience: Audience, group: str) -> GroupRef:
    """The same within a transaction, for this reader."""
    names = await group_names(session, [group]) if is_id(group) else {}
    if group not in names or not may_write_to_group(audience, group).allowed:
        raise NotFound
    return GroupRef(group, names[group])
