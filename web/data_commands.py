"""The commands about what is one person's own: have it as a file, and have it erased."""

from pathlib import Path
from typing import Annotated

import typer

from app.auditing import note
from app.erasing import erase as erase_person
from app.people import called, id_called
from app.sign_in import identity_of
from app.site import Site
from store.tables import Person
from web.commands import CommandFailed, on_site, writing

data = typer.Typer(no_args_is_help=True, help="What is one person's own: export it, erase it.")


@data.command("export")
def export_data(login: str, file: Path) -> None:
    """Write everything that is this person's into a zip file. It is noted in the audit log."""

    async def write(site: Site) -> None:
        async with site.database.write() as session:
            person = await called(session, login)
            note(site, session, None, "person_exported", about_id=person.id, about=person.name)
        with writing(file):
            await _write(site, person, file)

    on_site(write)
    typer.echo(f"What is {login}'s is in {file}.")


@data.command("erase")
def erase(
    login: str, sure: Annotated[bool, typer.Option("--yes", help="do not ask whether it is meant")] = False
) -> None:
    """Erase a person for good; what others have received from her stays with them."""
    if not sure and not typer.confirm(f"Erase {login} for good?", err=True):
        raise CommandFailed("nothing was changed")

    async def erase_her(site: Site) -> None:
        await erase_person(site, None, await id_called(site, login))

    on_site(erase_her)
    typer.echo(f"{login} is erased.")


async def _write(site: Site, person: Person, file: Path) -> None:
    # Here: no other command needs what the pages are made with.
    from web.exporting import export
    from web.telling import told_to

    me = identity_of(person, session_id="")
    with file.open("wb") as out:
        async for piece in export(site, me, told_to(me, site.now())):
            out.write(piece)
