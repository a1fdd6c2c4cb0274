"""Importing people and groups from rows of a table: all of them, or none if anything is wrong.

A dry run is the same up to the last step: every line is judged against what is stored, and nothing is. Tens of
thousands of lines take a second to judge: it is done in a thread, so that others are answered meanwhile.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from app.administration.acting import changing, looking, unique
from app.auditing import note
from app.errors import FieldError, InvalidInput
from app.import_plan import Checked, Known, Plan, plan
from app.passwords import hash_passwords
from app.person_fields import columns_of, groups_of, wrong_in
from app.site import Identity, Site
from store import importing as stored
from store.administration.admins import active_admins

FIRST_LINE = 2
"""The line of a file that its first row stands on: the names of the columns are line 1."""
MOST_ERRORS = 20
"""An import is given up after so many; a dry run names all."""
CHANGED = "People or groups have changed meanwhile. Nothing was imported; try again."

Outcome = Literal["created", "updated", "unchanged", "wrong"]


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did. Everybody who was there already is `updated`, whether anything of hers changed or not."""

    people_created: int
    people_updated: int
    groups_created: int
    memberships_added: int


class LineReport(msgspec.Struct, frozen=True):
    """What becomes of a line: of an `updated` person, which columns change; of a `wrong` line, why."""

    line: int
    login: str
    outcome: Outcome
    columns: list[str] = []
    errors: list[FieldError] = []


class Judgement(msgspec.Struct, frozen=True):
    """What an import would do now, line by line. `fingerprint` is another one as soon as any of it is."""

    report: ImportReport
    lines: list[LineReport]
    fingerprint: str

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong, so that it can be imported."""
        return all(one.outcome != "wrong" for one in self.lines)


async def judge_people(
    site: Site,
    rows: Iterable[Mapping[str, str]],
    *,
    lines: Sequence[int] | None = None,
    who: Identity | None = None,
) -> Judgement:
    """What `import_people` would do with these rows: a dry run. Raises `Forbidden`."""
    checked, wrong = await asyncio.to_thread(_check, rows, lines, most=None)
    async with looking(site, who) as session:
        known = await Known.of(session, checked, await active_admins(session))
    planned = await asyncio.to_thread(plan, checked, known, site.now(), site.settings.time_zone)
    refused = {line: LineReport(line, login, "wrong", [], [error]) for line, login, error in planned.refused}
    found = [*wrong, *(refused.get(one.line, one) for one in _judged(planned))]
    return _judgement(planned, sorted(found, key=lambda one: one.line))


async def import_people(
    site: Site,
    rows: Iterable[Mapping[str, str]],
    *,
    lines: Sequence[int] | None = None,
    who: Identity | None = None,
    judged: str | None = None,
) -> ImportReport:
    """Create and update people, and create their groups as needed.

    A row sets what it has: what is missing or empty leaves an existing person's as it is. Groups are joined,
    never left. `lines` says where each row stands in the file, if they do not simply follow one another. `judged` is
    the fingerprint of the judgement that this import was decided on.
    Raises `Forbidden`, or `InvalidInput` whose errors name line and column (`line 3, role`); its code is `changed`
    where the judgement would be another one by now.
    """
    checked, wrong = await asyncio.to_thread(_check, rows, lines, most=MOST_ERRORS)
    if wrong:
        raise InvalidInput(*(_placed(one.line, error) for one in wrong for error in one.errors))
    hashes = await _hashed({one.password for one in checked if one.password})
    async with changing(site, who) as session:
        known = await Known.of(session, checked, await active_admins(session, locked=True))
        planned = await asyncio.to_thread(plan, checked, known, site.now(), site.settings.time_zone, hashes)
        if planned.refused:
            raise InvalidInput(*(_placed(line, error) for line, _, error in planned.refused))
        report = _report(planned)
        if judged is not None and judged != _judgement(planned, _judged(planned)).fingerprint:
            raise InvalidInput(FieldError("file", "changed", CHANGED))
        with unique("file", CHANGED, code="changed"):
            await stored.insert_people(session, planned.created)
            await stored.update_people(session, planned.updated)
            await stored.insert_groups(session, planned.groups)
            await stored.insert_memberships(session, planned.memberships)
        await stored.take_stock(session)
        note(site, session, who, "people_imported", detail=_told(report))
    return report


def _judged(planned: Plan) -> list[LineReport]:
    reports = []
    for line, login, is_new, columns in planned.lines:
        outcome: Outcome = "created" if is_new else "updated" if columns else "unchanged"
        reports.append(LineReport(line, login, outcome, columns))
    return reports


def _check(
    rows: Iterable[Mapping[str, str]], lines: Sequence[int] | None, *, most: int | None
) -> tuple[list[Checked], list[LineReport]]:
    """The right rows, and what is wrong with the others; given up after `most` errors."""
    checked: list[Checked] = []
    wrong: list[LineReport] = []
    seen: set[str] = set()
    errors = 0
    for line, row in zip(lines, rows, strict=True) if lines else enumerate(rows, FIRST_LINE):
        login = (row.get("login") or "").strip()
        found = [FieldError(column, code, detail) for column, code, detail in wrong_in(row)]
        if login and login in seen:
            found.append(FieldError("login", "repeated", f"{login!r} stands on two lines."))
        seen.add(login)
        errors += len(found)
        if found:
            wrong.append(LineReport(line, login, "wrong", errors=found))
        else:
            checked.append(Checked(line, columns_of(row), groups_of(row), row.get("password") or ""))
        if most is not None and errors >= most:
            break
    return checked, wrong


def _placed(line: int, error: FieldError) -> FieldError:
    return FieldError(f"line {line}, {error.field}", error.code, error.detail)


def _report(planned: Plan) -> ImportReport:
    created = len(planned.created)
    existing = len(planned.lines) - created
    return ImportReport(created, existing, len(planned.groups), len(planned.memberships))


def _judgement(planned: Plan, lines: list[LineReport]) -> Judgement:
    report = _report(planned)
    # Of what was judged nothing is kept but this, and whoever imports shows it again.
    mark = hashlib.sha256(msgspec.json.encode([report, lines])).hexdigest()
    return Judgement(report, lines, mark)


def _told(report: ImportReport) -> str:
    return " ".join(f"{name}={number}" for name, number in msgspec.structs.asdict(report).items())


async def _hashed(passwords: set[str]) -> dict[str, str]:
    # One hash for each distinct password, not for each person: a table of thousands with one first password
    # would take minutes otherwise, and whoever found that password would have all of them anyway.
    distinct = list(passwords)
    hashes = await hash_passwords(distinct)
    return dict(zip(distinct, hashes, strict=True))
