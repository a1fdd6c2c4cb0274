"""Erasing an account. It goes; what others have received stays with them, under "former participant".

First, in one transaction, nobody can act as her or reach her any more, and what names her is gone. Then she leaves her
discussions, each with an entry that the others see, and what she has not sent is thrown away: by steps, which
housekeeping finishes if they were interrupted.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.acting import last_admin
from app.auditing import note
from app.deleting import AT_ONCE, delete_some
from app.drafts import throw_away
from app.errors import NotFound
from app.events import PersonChanged, PersonRef, SignInEnded
from app.own_password import given_again
from app.site import Identity, Site
from store import erasing, people
from store.administration.admins import active_admins

FORMER = {"en": "Former participant", "fr": "Ancien participant"}
"""How she is called from then on: one name for everybody, in the language that was hers."""


async def erase_own(site: Site, who: Identity, password: str) -> None:
    """Erase one's own account, once the password is given again (anything, for somebody who has none).

    Raises `InvalidInput` (`password` is `wrong`; `last_admin` where nobody would be left who is an admin),
    `RateLimited`, and `Forbidden` for a program.
    """
    await given_again(site, who, password, field="password")
    await erase(site, who, who.person_id)


async def erase(site: Site, who: Identity | None, person_id: str) -> None:
    """Erase a person; `who` does it (None: somebody at the command line). Comes back when it is done.

    Raises `NotFound`, or `InvalidInput` (`last_admin`).
    """
    async with site.database.write() as session:
        await _blank(site, session, who, person_id)
    site.announce([SignInEnded(person_id, []), PersonChanged(person_id)])
    await _let_go(site, person_id)


async def finish_erasing(site: Site) -> int:
    """Go on where erasing was interrupted; returns for how many people."""
    async with site.database.read() as session:
        found = await erasing.unfinished(session, AT_ONCE)
    for person_id in found:
        await _let_go(site, person_id)
    return len(found)


async def _blank(site: Site, session: AsyncSession, who: Identity | None, person_id: str) -> None:
    admins = await active_admins(session, locked=True)
    known = await erasing.hold(session, person_id)
    if known is None:
        raise NotFound
    if admins == {person_id}:
        raise last_admin()
    name = FORMER.get(known.language, FORMER["en"])
    # Not by her name, which is to be forgotten: the log never changes.
    note(site, session, who, "person_erased", about_id=person_id, about=name)
    await session.flush()
    await erasing.blank(session, person_id, name, site.now())
    await erasing.drop_hers(session, person_id)


async def _let_go(site: Site, person_id: str) -> None:
    async with site.database.read() as session:
        former = PersonRef(person_id, await people.name_of(session, person_id) or FORMER["en"])
    while await _discard_some(site, person_id):
        pass
    while await _leave_some(site, former):
        pass
    async with site.database.write() as session:
        await erasing.drop_folders(session, person_id)


async def _discard_some(site: Site, person_id: str) -> bool:
    async with site.database.write() as session:
        found = await erasing.unsent(session, person_id, AT_ONCE)
        for message_id in found:
            await throw_away(site, session, message_id)
    return len(found) == AT_ONCE


async def _leave_some(site: Site, former: PersonRef) -> bool:
    async with site.database.read() as session:
        found = await erasing.inside(session, former.id, AT_ONCE)
    await delete_some(site, former, found)
    return len(found) == AT_ONCE
