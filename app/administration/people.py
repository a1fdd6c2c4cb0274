"""Accounts: found, made, changed, signed out. `app.people` suspends, `app.inviting` makes links into them."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.administration.acting import changing, last_admin, looking, unique
from app.administration.pages import MOST, behind, page_of
from app.auditing import note
from app.errors import FieldError, InvalidInput, NotFound
from app.events import PersonChanged, SignInEnded
from app.first_letters import searched
from app.paging import Page, check_limit
from app.person_fields import NEEDED, columns_of, wrong_in
from app.site import Identity, Site
from store import sign_ins
from store.administration import people as stored
from store.administration.admins import active_admins
from store.administration.people import AccountRow, Sought
from store.columns import new_id
from store.importing import NEW_PERSON

TAKEN = "Somebody has this login already."
NEVER_EMPTY = ("role", "language", "time_zone", "messaging")


class GroupName(msgspec.Struct, frozen=True):
    """A group that somebody is in."""

    id: str
    name: str


class Account(AccountRow, frozen=True):
    """An account, the groups it is in, and with how many browsers it is signed in."""

    groups: list[GroupName]
    sessions: int


async def find(
    site: Site,
    who: Identity | None,
    q: str = "",
    *,
    group: str = "",
    role: str = "",
    state: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AccountRow]:
    """Accounts by name (see `Sought`). Raises `Forbidden`, `InvalidInput`."""
    check_limit(limit, MOST)
    async with looking(site, who) as session:
        words = searched(q)
        if words is None:
            return Page([], None)
        sought = Sought(words, group, role, state)
        after = await behind(session, "person", cursor)
        return page_of(await stored.find(session, sought, limit=limit + 1, after=after), limit)


async def get(site: Site, who: Identity | None, person_id: str) -> Account:
    """One account. Raises `Forbidden`, `NotFound`."""
    async with looking(site, who) as session:
        row = _found(await stored.account(session, person_id))
        groups = (await stored.groups_by_person(session, person_id)).get(person_id, [])
        sessions = await stored.sessions_of(session, person_id, site.now())
    named = [GroupName(*one) for one in groups]
    return Account(**msgspec.structs.asdict(row), groups=named, sessions=sessions)


async def create(site: Site, who: Identity | None, fields: Mapping[str, str]) -> str:
    """Make an account of `login`, `name` and whatever else of it is given and not empty; gives back its identifier.

    Raises `Forbidden`, `InvalidInput` naming each wrong field.
    """
    columns = _columns({name: text for name, text in fields.items() if text.strip() or name in NEEDED})
    person_id = new_id()
    fresh = {**NEW_PERSON, "time_zone": site.settings.time_zone, "created_at": site.now()}
    async with changing(site, who) as session:
        with unique("login", TAKEN):
            await stored.insert_person(session, {**fresh, **columns, "id": person_id})
        note(site, session, who, "person_created", about_id=person_id, about=columns["name"])
    return person_id


async def change(site: Site, who: Identity | None, person_id: str, fields: Mapping[str, str]) -> None:
    """Change what is given of an account; an empty `email` is none.

    Raises `Forbidden`, `NotFound`, `InvalidInput` naming each wrong field (`last_admin` where nobody would be left).
    """
    async with changing(site, who) as session:
        # First the admins, then the account, as everybody does who changes both.
        admins = await active_admins(session, locked=True) if "role" in fields else set()
        before = _found(await stored.account(session, person_id, locked=True))
        columns = _columns({"login": before.login, "name": before.name, **fields})
        if "email" in fields:
            columns.setdefault("email", None)
        known: dict[str, Any] = msgspec.structs.asdict(before)
        changed = {name: value for name, value in columns.items() if name in known and known[name] != value}
        if not changed:
            return
        if "role" in changed and admins == {person_id}:
            raise last_admin()
        with unique("login", TAKEN):
            await stored.update_person(session, person_id, {**changed, "folded": columns["folded"]})
        told = [f"role={before.role}>{changed['role']}" if name == "role" else name for name in changed]
        note(
            site,
            session,
            who,
            "person_changed",
            about_id=person_id,
            about=columns["name"],
            detail=" ".join(told),
        )
    site.announce([PersonChanged(person_id)])


async def end_sessions(site: Site, who: Identity | None, person_id: str) -> None:
    """Sign a person out everywhere, programs with her tokens too; her live connections close.

    Raises `Forbidden`, `NotFound`.
    """
    async with changing(site, who) as session:
        account = _found(await stored.account(session, person_id))
        await sign_ins.end_all_of(session, person_id, site.now())
        note(site, session, who, "session_ended", about_id=person_id, about=account.name)
    site.announce([SignInEnded(person_id, [])])


def _found(row: AccountRow | None) -> AccountRow:
    if row is None:
        raise NotFound
    return row


def _columns(fields: Mapping[str, str]) -> dict[str, Any]:
    """The columns of `person` that these fields set. Raises `InvalidInput`."""
    wrong = [FieldError(*one) for one in wrong_in(fields)]
    wrong += [
        FieldError(name, "empty", "It is empty.")
        for name in NEVER_EMPTY
        if name in fields and not fields[name].strip()
    ]
    zone = fields.get("time_zone", "").strip()
    if zone and not is_zone(zone):
        wrong.append(FieldError("time_zone", "unknown", "It names no time zone."))
    if wrong:
        raise InvalidInput(*wrong)
    columns = columns_of(fields)
    return {**columns, "time_zone": zone} if zone else columns


def is_zone(name: str) -> bool:
    """Whether a time zone is called so."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
