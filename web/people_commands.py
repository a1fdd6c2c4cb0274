"""The commands about people: import, suspend and resume them."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app import people as use_people
from app.csv_files import Table, read_table
from app.importing import Judgement, LineReport, import_people, judge_people
from app.person_fields import COLUMNS, NEEDED
from app.settings import Settings
from web.commands import CommandFailed, open_site, read_settings

people = typer.Typer(no_args_is_help=True, help="Import people; suspend and resume them.")


@people.command("import")
def import_file(
    file: Path,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only say what would become of each line")
    ] = False,
) -> None:
    """Create and update people and groups from a CSV file: all of it, or nothing.

    Columns: login, name, email, role, groups (by ;), language, password; optional: messaging (yes or no),
    last_seen (ISO time).
    """

    async def bring_in(settings: Settings) -> None:
        table = _read(file)
        async with open_site(settings) as site:
            if dry_run:
                _tell(await judge_people(site, table.rows, lines=table.lines))
                return
            report = await import_people(site, table.rows, lines=table.lines)
        typer.echo(
            f"{report.people_created} people created, {report.people_updated} updated, "
            f"{report.groups_created} groups created, {report.memberships_added} memberships added."
        )

    asyncio.run(bring_in(read_settings()))


@people.command()
def suspend(login: str) -> None:
    """Shut a person out until she is resumed: her sessions and live connections end."""

    async def shut_out(settings: Settings) -> None:
        async with open_site(settings) as site:
            await use_people.suspend(site, login)

    asyncio.run(shut_out(read_settings()))
    typer.echo(f"{login} is suspended.")


@people.command()
def resume(login: str) -> None:
    """Let a suspended person in again."""

    async def let_in(settings: Settings) -> None:
        async with open_site(settings) as site:
            await use_people.resume(site, login)

    asyncio.run(let_in(read_settings()))
    typer.echo(f"{login} may sign in again.")


def _read(file: Path) -> Table:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror or error}") from None
    return read_table(content, COLUMNS, NEEDED)


def _tell(judgement: Judgement) -> None:
    """Say what would become of each line. Raises `CommandFailed` where something is wrong."""
    for one in judgement.lines:
        typer.echo(f"line {one.line}: {one.login}: {_fate(one)}")
    wrong = sum(one.outcome == "wrong" for one in judgement.lines)
    if wrong:
        raise CommandFailed(f"{wrong} of {len(judgement.lines)} lines are wrong; nothing was changed")
    report = judgement.report
    typer.echo(
        f"{report.people_created} people would be created, {report.people_updated} updated, "
        f"{report.groups_created} groups created, {report.memberships_added} memberships added."
    )


def _fate(one: LineReport) -> str:
    match one.outcome:
        case "wrong":
            return "wrong: " + " ".join(f"{error.field}: {error.detail}" for error in one.errors)
        case "updated":
            return f"will be updated ({', '.join(one.columns)})"
        case "created":
            return "will be created"
        case _:
            return "stays as it is"
