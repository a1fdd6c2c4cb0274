"""Importing people and groups from rows of a table: all of them, or none if anything is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldError, InvalidInput
from app.passwords import MAX_PASSWORD, hash_passwords
from app.site import Site
from store import importing as stored
from store.columns import new_id
from store.people import folded

COLUMNS = ("login", "name", "email", "role", "groups", "language", "password", "messaging", "last_seen")
CHOICES = {
    "role": ("member", "announcer", "operator", "admin"),
    "language": ("en", "fr"),
    "messaging": ("yes", "no"),
}
FIRST_LINE = 2
"""The line of a file that its first row stands on: the names of the columns are line 1."""
MOST_ERRORS = 20


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did."""

    people_created: int
    people_updated: int
    groups_created: int
    memberships_added: int


class _Row(NamedTuple):
    """A checked row: the columns of `person` that it sets, its groups, its password in clear."""

    columns: dict[str, Any]
    groups: list[str]
    password: str


async def import_people(
    site: Site, rows: Iterable[Mapping[str, str]], *, lines: Sequence[int] | None = None
) -> ImportReport:
    """Create and update people, and create their groups as needed.

    A row sets what it has: what is missing or empty leaves an existing person's as it is. Groups are joined,
    never left. Raises `InvalidInput` whose errors name line and column (`line 3, role`). `lines` says where
    each row stands in the file, if they do not simply follow one another.
    """
    checked = _check(rows, lines)
    hashes = await _hashed({row.password for row in checked if row.password})
    async with site.database.write() as session:
        known = await stored.person_ids(session)
        created, updated = _people(checked, known, hashes, site.now())
        await stored.insert_people(session, created)
        await stored.update_people(session, updated)
        groups, added = await _join_groups(session, checked, known, site.now())
    return ImportReport(len(created), len(updated), groups, added)


def _check(rows: Iterable[Mapping[str, str]], lines: Sequence[int] | None) -> list[_Row]:
    checked: list[_Row] = []
    errors: list[FieldError] = []
    seen: set[str] = set()
    for line, row in zip(lines, rows, strict=True) if lines else enumerate(rows, FIRST_LINE):
        wrong = [FieldError(f"line {line}, {column}", code, detail) for column, code, detail in _wrong(row)]
        login = (row.get("login") or "").strip()
        if login and login in seen:
            wrong.append(FieldError(f"line {line}, login", "repeated", f"{login!r} stands on two lines."))
        seen.add(login)
        if wrong:
            errors += wrong
        else:
            checked.append(_Row(_columns(row), _groups(row), row.get("password") or ""))
        if len(errors) >= MOST_ERRORS:
            break
    if errors:
        raise InvalidInput(*errors)
    return checked


def _wrong(row: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a row: column, code, sentence."""
    for column, most in (("login", 100), ("name", 200), ("email", 254), ("password", MAX_PASSWORD)):
        if len(row.get(column) or "") > most:
            yield column, "too_long", f"It is longer than {most} characters."
    for column in COLUMNS:
        if any(not c.isprintable() for c in row.get(column) or ""):
            yield column, "invalid", "It holds characters that cannot be shown."
    for column in ("login", "name"):
        if not (row.get(column) or "").strip():
            yield column, "empty", "It is empty."
    if any(c.isspace() for c in (row.get("login") or "").strip()):
        yield "login", "invalid", "A login has no spaces."
    yield from _wrong_choices(row)


def _wrong_choices(row: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for column, choices in CHOICES.items():
        value = (row.get(column) or "").strip()
        if value and value not in choices:
            yield column, "unknown", f"{value!r} is none of {', '.join(choices)}."
    email = (row.get("email") or "").strip()
    if email and not (0 < email.find("@") < len(email) - 1 and " " not in email):
        yield "email", "invalid", f"{email!r} is not an e-mail address."
    if any(len(name) > 200 for name in _groups(row)):
        yield "groups", "too_long", "A group's name is longer than 200 characters."
    try:
        _moment((row.get("last_seen") or "").strip())
    except (ValueError, OverflowError):
        yield "last_seen", "invalid", f"{row['last_seen']!r} is not an ISO date and time."


def _columns(row: Mapping[str, str]) -> dict[str, Any]:
    """The columns of `person` that a right row sets."""
    given = {column: value.strip() for column in COLUMNS if (value := row.get(column) or "").strip()}
    columns: dict[str, Any] = {
        c: given[c] for c in ("login", "name", "email", "role", "language") if c in given
    }
    columns["folded"] = folded(given["name"], given["login"])
    if "messaging" in given:
        columns["messaging"] = given["messaging"] == "yes"
    if "last_seen" in given:
        columns["last_seen_at"] = _moment(given["last_seen"])
    return columns


def _groups(row: Mapping[str, str]) -> list[str]:
    names = (" ".join(name.split()) for name in (row.get("groups") or "").split(";"))
    return list(dict.fromkeys(name for name in names if name))


def _moment(text: str) -> datetime | None:
    """A moment in UTC; one without an offset is taken as UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


async def _hashed(passwords: set[str]) -> dict[str, str]:
    # One hash for each distinct password, not for each person: a table of thousands with one first password
    # would take minutes otherwise, and whoever found that password would have all of them anyway.
    distinct = list(passwords)
    hashes = await hash_passwords(distinct)
    return dict(zip(distinct, hashes, strict=True))


def _people(
    rows: list[_Row], known: dict[str, str], hashes: dict[str, str], now: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of `person` to create and to update. New people enter `known`."""
    created, updated = [], []
    for row in rows:
        columns = dict(row.columns)
        if row.password:
            columns["password_hash"] = hashes[row.password]
        login = columns["login"]
        if login in known:
            updated.append({**columns, "id": known[login]})
        else:
            known[login] = new_id()
            created.append({**stored.NEW_PERSON, **columns, "id": known[login], "created_at": now})
    return created, updated


async def _join_groups(
    session: AsyncSession, rows: list[_Row], known: dict[str, str], now: datetime
) -> tuple[int, int]:
    """Put people into their groups; returns how many groups and memberships are new."""
    groups = await stored.group_ids(session)
    names = list(dict.fromkeys(name for row in rows for name in row.groups))
    new: list[dict[str, Any]] = [
        {"id": new_id(), "name": n, "folded": folded(n), "created_at": now} for n in names if n not in groups
    ]
    groups.update({group["name"]: group["id"] for group in new})
    await stored.insert_groups(session, new)
    wanted = {(groups[name], known[row.columns["login"]]) for row in rows for name in row.groups}
    wanted -= await stored.memberships(session, {group_id for group_id, _ in wanted})
    await stored.insert_memberships(session, sorted(wanted))
    return len(new), len(wanted)
