"""The commands about people: create, import, export, suspend and resume them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app import people as use_people
from app.administration import exporting
from app.administration import people as use_administration
from app.csv_files import read_table
from app.importing import ImportReport, Judgement, LineReport, import_people, judge_people
from app.person_fields import COLUMNS, NEEDED
from web.commands import CommandFailed, on_site, read_file, writing

people = typer.Typer(no_args_is_help=True, help="Create, import and export people; suspend and resume them.")


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
    table = read_table(read_file(file), COLUMNS, NEEDED)
    if dry_run:
        _tell(on_site(lambda site: judge_people(site, table.rows, lines=table.lines)))
        return
    report = on_site(lambda site: import_people(site, table.rows, lines=table.lines))
    typer.echo(_summary(report))


@people.command("export")
def export_file(
    file: Annotated[Path | None, typer.Argument(help="where to; standard output if left out")] = None,
) -> None:
    """Write everybody as a CSV file that `parley people import` reads; without passwords."""
    text = on_site(lambda site: exporting.people(site, None))
    if file is None:
        sys.stdout.write(text)
        return
    with writing(file):
        file.write_text(text, encoding="utf-8", newline="")


@people.command("create")
def create_person(
    login: str,
    name: str,
    role: Annotated[str, typer.Option(help="member, announcer, operator or admin")] = "member",
    email: Annotated[str, typer.Option(help="her e-mail address")] = "",
    language: Annotated[str, typer.Option(help="en or fr")] = "",
) -> None:
    """Create a person. She has no password yet: `parley people invite` lets her choose one."""
    fields = {"login": login, "name": name, "role": role, "email": email, "language": language}
    on_site(lambda site: use_administration.create(site, None, fields))
    typer.echo(f"{login} is created.")


@people.command()
def suspend(login: str) -> None:
    """Shut a person out until she is resumed: her sessions and live connections end."""
    on_site(lambda site: use_people.suspend(site, login))
    typer.echo(f"{login} is suspended.")


@people.command()
def resume(login: str) -> None:
    """Let a suspended person in again."""
    on_site(lambda site: use_people.resume(site, login))
    typer.echo(f"{login} may sign in again.")


def _tell(judgement: Judgement) -> None:
    """Say what would become of each line. Raises `CommandFailed` where something is wrong."""
    for one in judgement.lines:
        typer.echo(f"line {one.line}: {one.login}: {_fate(one)}")
    wrong = sum(one.outcome == "wrong" for one in judgement.lines)
    if wrong:
        raise CommandFailed(f"{wrong} of {len(judgement.lines)} lines are wrong; nothing was changed")
    typer.echo(_summary(judgement.report, "would be "))


def _summary(report: ImportReport, would_be: str = "") -> str:
    return (
        f"{report.people_created} people {would_be}created, {report.people_updated} updated, "
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
