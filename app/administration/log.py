"""The audit log as admins read it: the latest first. Writing it is in `app.auditing`."""

from datetime import datetime
from typing import get_args

import msgspec

from app.administration.acting import looking
from app.administration.pages import MOST, page_of
from app.auditing import Action
from app.errors import FieldError, InvalidInput
from app.first_letters import searched
from app.paging import Page, check_limit
from app.site import Identity, Site
from store import audit
from store.administration import people as accounts
from store.administration.people import Sought
from store.columns import is_id

ACTIONS: tuple[str, ...] = get_args(Action)
MOST_PEOPLE = 100
"""As many of those whose names begin so are looked at."""


class Noted(msgspec.Struct, frozen=True):
    """Who did what to whom. No `actor_id`: at the command line; `actor` is what she is called now."""

    id: str
    at: datetime
    actor_id: str | None
    actor: str | None
    action: str
    about_id: str | None
    about: str
    detail: str


async def read(
    site: Site,
    who: Identity | None,
    *,
    action: str = "",
    person: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Noted]:
    """What was done, or of it one `action`, or what `person` did or had done to her.

    She is named by her identifier or by first letters. Raises `Forbidden`, `InvalidInput`.
    """
    check_limit(limit, MOST)
    if action and action not in ACTIONS:
        raise InvalidInput(FieldError("action", "unknown", "There is no such action."))
    if cursor is not None and not is_id(cursor):
        raise InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here."))
    async with looking(site, who) as session:
        people: list[str] | None = None
        if is_id(person):
            people = [person]
        elif person.strip():
            words = searched(person)
            rows = await accounts.find(session, Sought(words), limit=MOST_PEOPLE) if words else []
            people = [row.id for row in rows]
        found = await audit.latest(session, before=cursor, limit=limit + 1, action=action, people=people)
    lines = [
        Noted(one.id, one.at, one.actor_id, actor, one.action, one.about_id, one.about, one.detail)
        for one, actor in found
    ]
    return page_of(lines, limit)
