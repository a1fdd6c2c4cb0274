"""The command line. Errors that one can foresee are a sentence on standard error and a non-zero exit status."""

import asyncio
import signal
import sys
from typing import Annotated

import typer

from app.first_start import with_setup_code
from app.settings import Settings
from app.sign_in import create_tokens
from web.commands import (
    CommandFailed,
    failing_in_a_sentence,
    has_nobody,
    migrate_database,
    on_site,
    open_site,
    prepare_database,
    read_settings,
)
from web.data_commands import data
from web.invitation_commands import people
from web.rules_commands import rules

parley = typer.Typer(
    name="parley",
    help="Private messaging in which every sent message becomes a live discussion room.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
tokens = typer.Typer(no_args_is_help=True, help="Access tokens for programs.")
parley.add_typer(people, name="people")
parley.add_typer(data, name="data")
parley.add_typer(rules, name="rules")
parley.add_typer(tokens, name="tokens")


def main() -> None:
    """Run the command that the arguments name."""
    with failing_in_a_sentence():
        parley(prog_name="parley")


@parley.command()
def serve() -> None:
    """Serve; prints one line with the address when it is ready."""
    settings = with_setup_code(read_settings())
    asyncio.run(prepare_database(settings))
    if asyncio.run(has_nobody(settings)):
        typer.echo(
            "There is nobody here yet: open any page to begin. From elsewhere than this machine, that asks for "
            f"the setup code {settings.setup_code.get_secret_value()}",
            err=True,
        )
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

    from app.demo import build  # here: it is only ever needed once

    report = on_site(build)
    typer.echo(f"{report.people} people, {report.groups} groups, {report.discussions} discussions.")
    typer.echo(f"Sign in as alice, bob, carol, dave, admin or operator; the password is {report.password}.")


@parley.command()
def worker() -> None:
    """Tidy up in the background until told to end; `parley serve` does it itself when it is one process."""
    asyncio.run(_work(read_settings()))


@tokens.command("create")
def create(
    logins: Annotated[list[str], typer.Argument(help="logins, or - to read them from standard input")],
) -> None:
    """Create a personal access token each; prints one line `login<TAB>token` per login."""

    wanted = [login for given in logins for login in (_standard_input() if given == "-" else [given])]
    secrets = on_site(lambda site: create_tokens(site, wanted)) if wanted else []
    typer.echo(
        "".join(f"{login}\t{secret}\n" for login, secret in zip(wanted, secrets, strict=True)), nl=False
    )


def _standard_input() -> list[str]:
    return [login for line in sys.stdin if (login := line.strip())]


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
