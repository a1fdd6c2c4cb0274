"""What is somebody's own, to take away: herself as she is known here, what she is writing, and what she has written."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import msgspec

from app import drafts, folders, lists, own_sign_ins
from app.drafts import MOST_PER_PAGE, Draft
from app.errors import NotFound
from app.folders import OwnFolder
from app.lists import OwnList
from app.own_sign_ins import OwnSignIn
from app.paging import Page
from app.site import Identity, Site
from store import own_data, people
from store.own_data import OwnWords
from store.tables import Person

AT_ONCE = 200


class Profile(msgspec.Struct, frozen=True):
    """Everything that is known of somebody but her messages."""

    id: str
    login: str
    name: str
    email: str | None
    role: str
    language: str
    time_zone: str
    theme: str
    sending_key: str
    shortcuts: bool
    messaging: bool
    hides_presence: bool
    shares_email: bool
    read_receipts: bool
    created_at: datetime
    last_seen_at: datetime | None
    signature: str
    groups: list[str]
    lists: list[OwnList]
    folders: list[OwnFolder]
    sign_ins: list[OwnSignIn]


COLUMNS = [field for field in Profile.__struct_fields__ if field in Person.model_fields]


class Place(msgspec.Struct, frozen=True):
    """A discussion that somebody is in, or was (`inside` is false)."""

    id: str
    inside: bool


async def profile(site: Site, who: Identity) -> Profile:
    """What is known of `who`. Raises `NotFound` for somebody who is gone."""
    async with site.database.read() as session:
        person = (await people.by_ids(session, [who.person_id])).get(who.person_id)
        if person is None:
            raise NotFound
        groups = await own_data.groups_of(session, who.person_id)
    return Profile(
        **{column: getattr(person, column) for column in COLUMNS},
        groups=list(groups),
        lists=await lists.index(site, who),
        folders=await folders.tree(site, who),
        sign_ins=await own_sign_ins.index(site, who),
    )


async def unsent(site: Site, who: Identity) -> AsyncIterator[Draft]:
    """What `who` has not sent: drafts, and what waits to leave."""
    for listed in (drafts.list_drafts, drafts.list_waiting):
        async for draft in _all(site, who, listed):
            yield draft


async def places(site: Site, who: Identity) -> AsyncIterator[Place]:
    """Every discussion that `who` is or was in, the oldest first."""
    after = ""
    while found := await site.database.look(
        lambda link: own_data.seats_after(link, who.person_id, after, AT_ONCE)  # noqa: B023
    ):
        for room, inside in found:
            yield Place(room, inside)
        after = found[-1][0]


async def own_words(site: Site, who: Identity, discussion_id: str) -> list[OwnWords]:
    """What `who` wrote in a discussion that she has left: it is hers, and all of it that she still gets."""
    return await site.database.look(lambda link: own_data.words_in(link, who.person_id, discussion_id))


async def _all(
    site: Site, who: Identity, listed: Callable[..., Awaitable[Page[Draft]]]
) -> AsyncIterator[Draft]:
    cursor: str | None = None
    while True:
        found = await listed(site, who, cursor=cursor, limit=MOST_PER_PAGE)
        for draft in found.items:
            yield draft
        if (cursor := found.next) is None:
            return
