"""Who may administer: looked at before anything else, and again in the transaction that changes something."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldError, Forbidden, InvalidInput
from app.site import Identity, Site
from store.administration.admins import is_admin


def check_admin(who: Identity | None) -> None:
    """Raise `Forbidden` unless `who` is an admin, or somebody at the command line (None)."""
    if who is not None and who.role != "admin":
        raise Forbidden("Only admins may do this.")


@asynccontextmanager
async def looking(site: Site, who: Identity | None) -> AsyncIterator[AsyncSession]:
    """A session that reads. Raises `Forbidden`."""
    check_admin(who)
    async with site.database.read() as session:
        yield session


@asynccontextmanager
async def changing(site: Site, who: Identity | None) -> AsyncIterator[AsyncSession]:
    """A transaction, in which `who` is an admin still. Raises `Forbidden`."""
    check_admin(who)
    async with site.database.write() as session:
        if who is not None and not await is_admin(session, who.person_id):
            raise Forbidden("Only admins may do this.")
        yield session


@contextmanager
def unique(field: str, detail: str, code: str = "taken") -> Iterator[None]:
    """Raise `InvalidInput` about this field where the store finds that something like it is there already."""
    try:
        yield
    except IntegrityError:
        raise InvalidInput(FieldError(field, code, detail)) from None


def last_admin() -> InvalidInput:
    """Why the last admin who is not suspended stays one."""
    detail = "Nobody would be left who is an admin. Make somebody else an admin first."
    return InvalidInput(FieldError("role", "last_admin", detail))
