"""The commands that let people into their accounts by a link."""

from collections.abc import Awaitable, Callable

import typer

from app import inviting
from app.inviting import Invitation
from app.people import id_called
from app.settings import Settings
from app.site import Identity, Site
from web.commands import on_site
from web.people_commands import people as people

Make = Callable[[Site, Identity | None, str], Awaitable[Invitation]]


@people.command()
def invite(login: str) -> None:
    """Print a link by which a person chooses her first password. It is good once, and only for a while."""
    _print_link(login, inviting.invite)


@people.command()
def reset(login: str) -> None:
    """Print a link by which a person chooses another password, once, within an hour."""
    _print_link(login, inviting.reset)


def _print_link(login: str, make: Make) -> None:
    async def made(site: Site) -> tuple[str, Invitation]:
        return _address(site.settings), await make(site, None, await id_called(site, login))

    address, link = on_site(made)
    typer.echo(f"{address}{link.path}")
    typer.echo(f"It is good once, until {link.expires_at:%Y-%m-%d %H:%M} UTC.", err=True)


def _address(settings: Settings) -> str:
    """Where people find this site, as far as the settings say."""
    if settings.allowed_origins:
        return settings.allowed_origins[0]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
