"""The commands about what is one person's own: have it as a file, and have it erased."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.auditing import note
from app.erasing import erase as erase_person
from app.errors import NotFound
from app.settings import Settings
from app.sign_in import identity_of
from app.site import Site
from store import people
from store.tables import Person
from web.commands import CommandFailed, open_site, read_settings

data = typer.Typer(no_args_is_help=True, help="What is one person's own: export it, erase it.")


@data.command("export")
def export_data(login: str, file: Path) -> None:
    """Write everything that is this person's into a zip file. It is noted in the audit log."""

    async def write(settings: Settings) -> None:
        async with open_site(settings) as site:
            async with site.database.write() as session:
                person = await _named(session, login)
                note(site, session, None, "person_exported", about_id=person.id, about=person.name)
            try:
                await _write(site, person, file)
            except OSError as error:
                raise CommandFailed(f"{file} cannot be written: {error.strerror or error}") from None

    asyncio.run(write(read_settings()))
    typer.echo(f"What is {login}'s is in {file}.")


@data.command("erase")
def erase(
    login: str, sure: Annotated[bool, typer.Option("--yes", help="do not ask whether it is meant")] = False
) -> None:
    """Erase a person for good; what others have received from her stays with them."""
    if not sure and not typer.confirm(f"Erase {login} for good?", err=True):
        raise CommandFailed("nothing was changed")

    async def erase_her(settings: Settings) -> None:
        async with open_site(settings) as site:
            async with site.database.read() as session:
                person = await _named(session, login)
            await erase_person(site, None, person.id)

    asyncio.run(erase_her(read_settings()))
    typer.echo(f"{login} is erased.")


async def _named(session: AsyncSession, login: str) -> Person:
    person = await people.by_login(session, login)
    if person is None or person.erased_at is not None:
        raise NotFound(f"There is nobody with the login {login!r}.")
    return person


async def _write(site: Site, person: Person, file: Path) -> None:
    # Here: no other command needs what the pages are made with.
    from web.exporting import export
    from web.telling import told_to

    me = identity_of(person, session_id="")
    with file.open("wb") as out:
        async for piece in export(site, me, told_to(me, site.now())):
            out.write(piece)
