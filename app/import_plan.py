"""What an import has to do, found out by comparing its rows with what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldError
from store import importing as stored
from store.columns import new_id
from store.people import folded

REPORTED = {"last_seen_at": "last_seen"}
"""Columns of the store that are called otherwise in a file."""
UNREPORTED = {"folded", "password_hash"}
"""Columns that follow from others."""


class Checked(NamedTuple):
    """A right row: its line, the columns of `person` that it sets, its groups, its password in clear."""

    line: int
    columns: dict[str, Any]
    groups: list[str]
    password: str


class Known(NamedTuple):
    """What is stored already: people by login, groups by name, who is in those that the rows name, who are admins."""

    people: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, str]
    memberships: set[tuple[str, str]]
    admins: set[str]

    @classmethod
    async def of(cls, session: AsyncSession, rows: Sequence[Checked], admins: set[str]) -> "Known":
        """As this session sees it."""
        groups = await stored.group_ids(session)
        wanted = {groups[name] for row in rows for name in row.groups if name in groups}
        members = await stored.memberships(session, wanted)
        return cls(await stored.people_by_login(session), groups, members, admins)


@dataclass
class Plan:
    """Rows to insert and to update; `lines` are what becomes of each: line, login, whether new, columns that change.

    `refused` are lines that are right in themselves, and must not happen all the same.
    """

    created: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    memberships: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[int, str, bool, list[str]]] = field(default_factory=list)
    refused: list[tuple[int, str, FieldError]] = field(default_factory=list)


def plan(
    rows: Sequence[Checked],
    known: Known,
    now: datetime,
    time_zone: str,
    hashes: Mapping[str, str] | None = None,
) -> Plan:
    """What has to be done. Without `hashes` of the passwords it can be told, not done."""
    made = Plan()
    groups = dict(known.groups)
    for name in dict.fromkeys(name for row in rows for name in row.groups if name not in groups):
        groups[name] = new_id()
        made.groups.append({"id": groups[name], "name": name, "folded": folded(name), "created_at": now})
    fresh = {**stored.NEW_PERSON, "time_zone": time_zone, "created_at": now}
    for row in rows:
        _place(made, row, known, fresh, groups, hashes or {})
    made.memberships.sort()
    _keep_an_admin(made, rows, known)
    return made


def _place(
    made: Plan,
    row: Checked,
    known: Known,
    fresh: Mapping[str, Any],
    groups: Mapping[str, str],
    hashes: Mapping[str, str],
) -> None:
    columns, login = dict(row.columns), row.columns["login"]
    before = known.people.get(login)
    person_id: str = before["id"] if before else new_id()
    joined = [(groups[name], person_id) for name in row.groups]
    joined = [pair for pair in joined if pair not in known.memberships]
    if row.password:
        columns["password_hash"] = hashes.get(row.password)
    if before is None:
        made.created.append({**fresh, **columns, "id": person_id})
    changed = _changed(columns, before) if before else {}
    if changed:
        made.updated.append({**changed, "id": person_id})
    made.memberships += joined
    reported = [REPORTED.get(name, name) for name in changed if name not in UNREPORTED]
    reported += ["password"] if before and row.password else []
    reported += ["groups"] if before and joined else []
    made.lines.append((row.line, login, before is None, reported))


def _changed(columns: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Those columns that are another; a password always is."""
    return {
        name: value for name, value in columns.items() if name == "password_hash" or before[name] != value
    }


def _keep_an_admin(made: Plan, rows: Sequence[Checked], known: Known) -> None:
    """Refuse the lines that would leave the site without anybody who can administer it."""
    if not known.admins:
        return
    left, demoting = set(known.admins), []
    for row in rows:
        role, before = row.columns.get("role"), known.people.get(row.columns["login"])
        if role == "admin" and (before is None or not before["suspended"]):
            return
        if before and before["id"] in left and role not in (None, "admin"):
            left.discard(before["id"])
            demoting.append(row)
    if not left:
        error = FieldError("role", "last_admin", "Nobody would be left who is an admin.")
        made.refused += [(row.line, row.columns["login"], error) for row in demoting]
