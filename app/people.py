"""Who somebody is, and who is suspended."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.acting import changing, last_admin
from app.auditing import note
from app.errors import NotFound
from app.events import PersonChanged, PersonRef, SignInEnded
from app.importing import ImportReport as ImportReport
from app.importing import import_people as import_people
from app.site import Identity, Site
from store import people, sign_ins
from store.administration.admins import active_admins
from store.tables import Person


async def person_ref(site: Site, person_id: str) -> PersonRef:
    """A person's name. Raises `NotFound`."""
    async with site.database.read() as session:
        name = await people.name_of(session, person_id)
    if name is None:
        raise NotFound
    return PersonRef(person_id, name)


async def id_called(site: Site, login: str) -> str:
    """The identifier of the person with this login. Raises `NotFound`, which names it."""
    async with site.database.read() as session:
        return (await called(session, login)).id


async def suspend(site: Site, login: str, who: Identity | None = None) -> None:
    """Shut a person out: her sessions end, her tokens rest, nobody can write to her.

    `who` does it (None: somebody at the command line). Raises `Forbidden`, `NotFound`, `InvalidInput` for the last
    admin who is not suspended.
    """
    now = site.now()
    async with changing(site, who) as session:
        admins = await active_admins(session, locked=True)
        person = await called(session, login)
        if admins == {person.id}:
            raise last_admin()
        await people.set_suspended(session, person.id, person.suspended_at or now)
        await sign_ins.end_sessions_of(session, person.id, now)
        note(site, session, who, "person_suspended", about_id=person.id, about=person.name)
    site.announce([SignInEnded(person.id, []), PersonChanged(person.id)])


async def resume(site: Site, login: str, who: Identity | None = None) -> None:
    """Let a suspended person in again. Raises `Forbidden`, `NotFound`."""
    async with changing(site, who) as session:
        person = await called(session, login)
        await people.set_suspended(session, person.id, None)
        note(site, session, who, "person_resumed", about_id=person.id, about=person.name)
    site.announce([PersonChanged(person.id)])


async def called(session: AsyncSession, login: str) -> Person:
    """The person with this login. Raises `NotFound`, which names it."""
    person = await people.by_login(session, login)
    if person is None or person.erased_at is not None:
        raise NotFound(f"There is nobody with the login {login!r}.")
    return person
