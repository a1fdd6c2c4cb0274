"""The search for recipients: people and groups whom somebody may write to, by first letters."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.audiences import audience_of
from app.directory import Unreachable
from app.first_letters import searched
from app.matching import groups_matching, people_matching
from app.rules.audience import Audience, Because
from app.site import Identity, Site
from store.prepared import through
from store.recipients import FoundGroup, FoundPerson

Placed = tuple[tuple[int, str], "RecipientOption"]


class RecipientOption(msgspec.Struct, frozen=True):
    """Somebody, a group or a list of one's own. `detail` is a person's login, or the size of the others.

    `because` says why one may write to her, or to the group as a whole; `why`, why she may not read it soon.
    """

    type: Literal["person", "group", "list"]
    id: str
    name: str
    detail: str
    because: Because | None = None
    why: Unreachable | None = None


async def find_recipients(site: Site, who: Identity, q: str, *, limit: int = 20) -> list[RecipientOption]:
    """People and groups whom `who` may write to, in one list: earliest matching word first, then by name."""
    words = searched(q)
    if words is None:
        return []
    async with site.database.read() as session:
        audience = await through(session, audience_of, who.person_id)
        found = await _people(session, audience, words, limit) + await _groups(
            session, audience, words, limit
        )
    return [option for _, option in sorted(found, key=lambda pair: pair[0])[:limit]]


async def _people(
    session: AsyncSession, audience: Audience, words: Sequence[str], limit: int
) -> list[Placed]:
    found = await people_matching(session, audience, words, limit=limit)
    return [_option("person", row, row.login, because) for row, because in found]


async def _groups(
    session: AsyncSession, audience: Audience, words: Sequence[str], limit: int
) -> list[Placed]:
    found = await groups_matching(session, audience, words, limit=limit)
    return [_option("group", row, str(row.size), because) for row, because in found]


def _option(
    kind: Literal["person", "group"], row: FoundPerson | FoundGroup, detail: str, because: Because | None
) -> Placed:
    return (row.place, row.folded), RecipientOption(kind, row.id, row.name, detail, because)
