"""What the commands share: settings, an open site outside a server, and errors that end in one sentence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.errors import InvalidInput, ParleyError
from app.events import EntryStored, Event
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store import first_start
from store.database import Database, StoreUnavailable
from store.migrate import CannotMigrate, is_current, migrate

T = TypeVar("T")

FAILED = 1
WRONG_SETTING = 2

AWAY = (StoreUnavailable, SQLAlchemyError, OSError)


class CommandFailed(Exception):
    """A command cannot do what it was asked; the message is a sentence for whoever runs it."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        self.status = status
        super().__init__(message)


@contextmanager
def failing_in_a_sentence() -> Iterator[None]:
    """Turn errors that one can foresee into a message on standard error and an exit status."""
    try:
        yield
    except CommandFailed as error:
        typer.echo(f"parley: {error}", err=True)
        raise SystemExit(error.status) from None
    except InvalidInput as error:
        for wrong in error.errors:
            typer.echo(f"parley: {wrong.field}: {wrong.detail}", err=True)
        typer.echo("parley: nothing was changed.", err=True)
        raise SystemExit(FAILED) from None
    except ParleyError as error:
        typer.echo(f"parley: {error.detail}", err=True)
        raise SystemExit(FAILED) from None


def read_settings() -> Settings:
    """The settings of this environment. Raises `CommandFailed` naming each wrong one."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        raise CommandFailed("; ".join(_wrong_settings(error)), WRONG_SETTING) from None


def read_file(file: Path) -> bytes:
    """What a file holds. Raises `CommandFailed`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror or error}") from None


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Turn what goes wrong with a file that is written into `CommandFailed`."""
    try:
        yield
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror or error}") from None


def on_site(work: Callable[[Site], Awaitable[T]]) -> T:
    """What comes of this work on the site of this environment. Raises `CommandFailed`."""

    async def done(settings: Settings) -> T:
        async with open_site(settings) as site:
            return await work(site)

    return asyncio.run(done(read_settings()))


async def prepare_database(settings: Settings) -> None:
    """Have a database of this version: SQLite is migrated, PostgreSQL must have been. Raises `CommandFailed`."""
    with reaching_the_database(settings):
        if settings.is_postgres:
            await _check_migrated(settings)
        else:
            await _migrate(settings)


async def has_nobody(settings: Settings) -> bool:
    """Whether the first start is still to come. Raises `CommandFailed`."""
    database = Database(settings.database_url)
    try:
        with reaching_the_database(settings):
            async with database.read() as session:
                return not await first_start.has_anybody(session)
    finally:
        await database.close()


async def migrate_database(settings: Settings) -> None:
    """Bring the database to this version. Raises `CommandFailed`."""
    with reaching_the_database(settings):
        await _migrate(settings)


@asynccontextmanager
async def open_site(settings: Settings, *, telling_at_once: bool = False) -> AsyncIterator[Site]:
    """A site for one command on a migrated database. Running servers are told afterwards what happened.

    What runs for long tells it at once.
    """
    events: list[Event] = []
    telling: set[asyncio.Task[None]] = set()

    def tell(happened: Sequence[Event]) -> None:
        task = asyncio.create_task(_tell_servers(settings, list(happened)))
        telling.add(task)
        task.add_done_callback(telling.discard)

    announce = tell if telling_at_once else events.extend
    await prepare_database(settings)
    database = Database(settings.database_url)
    try:
        with reaching_the_database(settings):
            yield Site(settings, database, announce, Throttle(enabled=False))
    finally:
        await database.close()
    await asyncio.gather(*telling, _tell_servers(settings, events))


@contextmanager
def reaching_the_database(settings: Settings) -> Iterator[None]:
    """Turn what goes wrong between here and the database into `CommandFailed`."""
    try:
        yield
    except AWAY as error:
        where = make_url(settings.database_url).render_as_string(hide_password=True)
        cause = error.__cause__ if isinstance(error, StoreUnavailable) and error.__cause__ else error
        raise CommandFailed(f"the database {where} cannot be used: {_in_a_line(cause)}") from error


async def _check_migrated(settings: Settings) -> None:
    if not await is_current(settings.database_url):
        raise CommandFailed("the database does not have this version's schema: run `parley migrate` first")


async def _migrate(settings: Settings) -> None:
    try:
        await migrate(settings.database_url)
    except CannotMigrate as error:
        raise CommandFailed(f"the database cannot be brought to this version: {_in_a_line(error)}") from error


async def _tell_servers(settings: Settings, events: list[Event]) -> None:
    """Ring running servers, where there is a bus to reach them by; without one they look by themselves."""
    if not settings.redis_url or not events:
        return
    from realtime.redis_bus import ring_once

    about_people = [event for event in events if not isinstance(event, EntryStored)]
    if not await ring_once(settings.redis_url, settings.node, about_people):
        typer.echo("parley: Redis is away; running servers will notice a little later.", err=True)


def _wrong_settings(error: ValidationError) -> Iterator[str]:
    for wrong in error.errors(include_url=False, include_input=False, include_context=False):
        message = wrong["msg"].removeprefix("Value error, ")
        name = str(wrong["loc"][0]) if wrong["loc"] else ""
        yield f"{_variable(name)}: {message}" if name else message


def _variable(field: str) -> str:
    return field if field.isupper() else f"PARLEY_{field.upper()}"


def _in_a_line(error: BaseException) -> str:
    # The first line: what follows it in database errors quotes statements and their values.
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).strip().partition(chr(10))[0][:200]}"
