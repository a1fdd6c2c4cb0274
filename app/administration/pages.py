"""Lists of people and of groups by name, in pages: a cursor is the identifier of the last one before."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldError, InvalidInput
from app.paging import Page
from store.columns import is_id
from store.recipients import BEFORE_ALL, After, place_after

MOST = 100
"""On one page."""


class Identified(Protocol):
    """What has an identifier."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


async def behind(session: AsyncSession, kind: str, cursor: str | None) -> After:
    """Where a list of people (`person`) or of groups (`group`) goes on. Raises `InvalidInput`."""
    if cursor is None:
        return BEFORE_ALL
    after = await place_after(session, kind, cursor) if is_id(cursor) else None
    if after is None:
        raise InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here."))
    return after


def page_of(rows: Sequence[T], limit: int) -> Page[T]:
    """The first `limit` of rows of which one more was looked for."""
    shown = list(rows[:limit])
    return Page(shown, shown[-1].id if len(rows) > limit else None)
