"""The command line. Errors that one can foresee are a sentence on standard error and a non-zero exit status."""

import asyncio
import csv
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import people as use_people
from app.importing import COLUMNS, import_people
from app.settings import Settings
from app.sign_in import create_tokens
from web.commands import (
    CommandFailed,
    failing_in_a_sentence,
    migrate_database,
    open_site,
    prepare_database,
    read_settings,
)

if TYPE_CHECKING:
    import _csv

parley = typer.Typer(
    name="parley",
    help="Private messaging in which every sent message becomes a live discussion room.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
people = typer.Typer(no_args_is_help=True, help="Import people; suspend and resume them.")
tokens = typer.Typer(no_args_is_help=True, help="Access tokens for programs.")
parley.add_typer(people, name="people")
parley.add_typer(tokens, name="tokens")


def main() -> None:
    """Run the command that the arguments name."""
    with failing_in_a_sentence():
        parley(prog_name="parley")


@parley.command()
def serve() -> None:
    """Serve; prints one line with the address when it is ready."""
    settings = read_settings()
    asyncio.run(prepare_database(settings))
    from web import serving  # here, so that the other commands start quickly

    try:
        status = serving.serve(settings, lambda address: typer.echo(f"Parley is ready at {address}"))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise CommandFailed(f"cannot listen on {where}: {error.strerror or error}") from error
    raise SystemExit(status)


@parley.command()
def migrate() -> None:
    """Bring the database to this version; safe to run again, safe while a server runs."""
    asyncio.run(migrate_database(read_settings()))
    typer.echo("The database has this version's schema.")


@parley.command()
def demo() -> None:
    """Fill an empty database with the demo site."""

    async def fill(settings: Settings) -> None:
        from app.demo import build  # here: it is only ever needed once

        async with open_site(settings) as site:
            report = await build(site)
        typer.echo(f"{report.people} people, {report.groups} groups, {report.discussions} discussions.")
        typer.echo(
            f"Sign in as alice, bob, carol, dave, admin or operator; the password is {report.password}."
        )

    asyncio.run(fill(read_settings()))


@parley.command()
def worker() -> None:
    """Tidy up in the background until told to end; `parley serve` does it itself when it is one process."""
    asyncio.run(_work(read_settings()))


@people.command("import")
def import_file(file: Path) -> None:
    """Create and update people and groups from a CSV file: all of it, or nothing.

    Columns: login, name, email, role, groups (by ;), language, password; optional: messaging (yes or no),
    last_seen (ISO time).
    """

    async def bring_in(settings: Settings) -> None:
        lines, rows = _read_csv(file)
        async with open_site(settings) as site:
            report = await import_people(site, rows, lines=lines)
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


@tokens.command("create")
def create(
    logins: Annotated[list[str], typer.Argument(help="logins, or - to read them from standard input")],
) -> None:
    """Create a personal access token each; prints one line `login<TAB>token` per login."""

    async def make(settings: Settings) -> None:
        wanted = [login for given in logins for login in (_standard_input() if given == "-" else [given])]
        async with open_site(settings) as site:
            secrets = await create_tokens(site, wanted) if wanted else []
        typer.echo(
            "".join(f"{login}\t{secret}\n" for login, secret in zip(wanted, secrets, strict=True)), nl=False
        )

    asyncio.run(make(read_settings()))


def _standard_input() -> list[str]:
    return [login for line in sys.stdin if (login := line.strip())]


def _read_csv(file: Path) -> tuple[list[int], list[dict[str, str]]]:
    """The rows of a CSV file and the lines they stand on. Raises `CommandFailed`."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            pairs = list(_rows(csv.reader(text, strict=True)))
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise CommandFailed(f"{file} is not UTF-8 text") from None
    except csv.Error as error:
        raise CommandFailed(f"{file} is not a CSV file: {error}") from None
    return [line for line, _ in pairs], [row for _, row in pairs]


def _rows(reader: "_csv.Reader") -> Iterator[tuple[int, dict[str, str]]]:
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in ("login", "name") if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown or len(set(header)) < len(header):
        wrong = (
            f"no column {missing[0]}"
            if missing
            else f"a column {unknown[0]!r}"
            if unknown
            else "a column twice"
        )
        raise CommandFailed(f"line 1: there is {wrong}; the columns are {', '.join(COLUMNS)}")
    for cells in reader:
        if len(cells) > len(header):
            raise CommandFailed(
                f"line {reader.line_num}: there are more cells than columns; nothing was changed"
            )
        if any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(header, cells, strict=False))


async def _work(settings: Settings) -> None:
    from app.housekeeping import keep_house
    from web.logs import configure_logs

    configure_logs()
    async with open_site(settings, telling_at_once=True) as site:
        task = asyncio.create_task(keep_house(site))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
