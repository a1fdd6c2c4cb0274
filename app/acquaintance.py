"""A person as somebody else knows her: her card, groups of hers, and the discussions that both are in."""

import msgspec

from app import directory, groups, mailbox
from app.directory import Connected, PersonCard
from app.groups import GroupRef
from app.mailbox import Row, Wanted
from app.paging import Page
from app.site import Identity, Site


class Acquaintance(msgspec.Struct, frozen=True):
    """A person, those of her groups that the reader is told of, and what the reader sees that she is in now, too.

    `discussions` are rows of the reader's own, newest activity first, without her trash; with oneself one shares none.
    """

    person: PersonCard
    groups: list[GroupRef]
    discussions: Page[Row]


async def acquaintance(
    site: Site,
    who: Identity,
    connected: Connected,
    person_id: str,
    *,
    cursor: str | None = None,
    limit: int = 30,
) -> Acquaintance:
    """What `who` may know of a person.

    A page may hold fewer discussions than `limit` although `next` leads on. Raises `NotFound` for whoever is not in the
    directory, and what `app.mailbox.box` raises.
    """
    card = await directory.card(site, who, connected, person_id)
    told = await groups.groups_of(site, who, person_id)
    if person_id == who.person_id:
        return Acquaintance(card, told, Page([], None))
    wanted = Wanted(shared_with=person_id)
    shared = await mailbox.box(site, who, "progress", cursor=cursor, limit=limit, wanted=wanted)
    return Acquaintance(card, told, shared)
