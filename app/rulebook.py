"""The rules on who may write to whom as admins keep them: one by one, or all of them from a table.

A change holds from its commit on: whoever sends then is judged by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.acting import changing, looking, unique
from app.audiences import as_rules
from app.auditing import note
from app.csv_files import MORE
from app.errors import FieldError, InvalidInput, NotFound
from app.rules.audience import REACHES, Reach, Rule
from app.site import Identity, Site
from store import importing, people
from store import rule_changes as stored

COLUMNS = ("from", "to", "reach")
FIRST_LINE = 2
"""The line of a file that its first row stands on: the names of the columns are line 1."""
MOST_ERRORS = 20
"""An import is given up after so many; a dry run names all."""
WRONG_REACH = f"The reach is {', '.join(REACHES[:-1])} or {REACHES[-1]}."

Key = tuple[str, str]


class RulesReport(msgspec.Struct, frozen=True):
    """How many rules there are after an import; how many of them it added or changed, and how many are gone."""

    rules: int
    added: int
    changed: int
    removed: int


async def list_rules(site: Site, who: Identity | None) -> list[Rule]:
    """All rules, by the names of their groups. Raises `Forbidden`."""
    async with looking(site, who) as session:
        return list(as_rules(await stored.all_rules(session)))


async def set_rule(site: Site, who: Identity | None, from_id: str, to_id: str, reach: str) -> Rule:
    """Let members of a group write to another (or the same), as `reach` says; a rule that there is gets this reach.

    Raises `Forbidden`, or `InvalidInput` about `from`, `to` or `reach`.
    """
    if reach not in REACHES:
        raise InvalidInput(FieldError("reach", "unknown", WRONG_REACH))
    async with changing(site, who) as session:
        await stored.keep_rules_still(session)
        names = await _names(session, from_id, to_id)
        rule = Rule(from_id, names[from_id], to_id, names[to_id], reach)
        before = await stored.reach_of(session, from_id, to_id)
        if before is None:
            with unique("to", "One of the groups is gone.", code="unknown"):
                await stored.add_rules(session, [(from_id, to_id, reach)], site.now())
        elif before != reach:
            await stored.change_reach(session, from_id, to_id, reach)
        if before != reach:
            note(site, session, who, "rule_set", about=_named(rule), detail=_other_reach(before, reach))
    return rule


async def delete_rule(site: Site, who: Identity | None, from_id: str, to_id: str) -> None:
    """Delete the rule from one group to another. Raises `Forbidden`, or `NotFound` if there is none."""
    async with changing(site, who) as session:
        await stored.keep_rules_still(session)
        before = await stored.reach_of(session, from_id, to_id)
        if before is None:
            raise NotFound
        names = await people.group_names(session, [from_id, to_id])
        await stored.drop_rule(session, from_id, to_id)
        about = _named(Rule(from_id, names[from_id], to_id, names[to_id], cast("Reach", before)))
        note(site, session, who, "rule_deleted", about=about, detail=f"reach={before}")


async def import_rules(
    site: Site,
    rows: Iterable[Mapping[str, str]],
    *,
    lines: Sequence[int] | None = None,
    who: Identity | None = None,
    dry_run: bool = False,
) -> RulesReport:
    """Put the rules of a table in the place of all that there are: rows with `from`, `to` (names of groups), `reach`.

    All of them, or nothing; in a `dry_run` nothing in any case. `lines` says where each row stands in the file, if
    they do not simply follow one another. Without any row there are no rules afterwards: everybody may write to
    everybody. Raises `Forbidden`, or `InvalidInput` whose errors name line and column (`line 3, from`).
    """
    numbered = list(zip(lines, rows, strict=True) if lines else enumerate(rows, FIRST_LINE))
    async with looking(site, who) if dry_run else changing(site, who) as session:
        if not dry_run:
            await stored.keep_rules_still(session)
        rules = _read(numbered, await importing.group_ids(session), None if dry_run else MOST_ERRORS)
        before = {(row[0], row[2]): row[4] for row in await stored.all_rules(session)}
        report = _report(before, rules)
        if not dry_run:
            await stored.drop_all(session)
            with unique("file", "Groups have changed meanwhile; try again.", code="changed"):
                await stored.add_rules(session, [(*key, reach) for key, reach in rules.items()], site.now())
            await importing.take_stock(session)
            note(site, session, who, "rules_imported", detail=_told(report))
    return report


def _read(
    numbered: Iterable[tuple[int, Mapping[str, str]]], groups: Mapping[str, str], most: int | None
) -> dict[Key, str]:
    """The reach of each pair of groups. Raises `InvalidInput`."""
    rules: dict[Key, str] = {}
    errors: list[FieldError] = []
    for line, row in numbered:
        source, goal, reach = (" ".join((row.get(column) or "").split()) for column in COLUMNS)
        wrong = list(_wrong(groups, source, goal, reach, row))
        if not wrong and (groups[source], groups[goal]) in rules:
            wrong = [("to", "repeated", f"From {source!r} to {goal!r} there is a rule on a line before.")]
        errors += [FieldError(f"line {line}, {column}", code, detail) for column, code, detail in wrong]
        if most is not None and len(errors) >= most:
            break
        if not wrong:
            rules[groups[source], groups[goal]] = reach
    if errors:
        raise InvalidInput(*errors)
    return rules


def _wrong(
    groups: Mapping[str, str], source: str, goal: str, reach: str, row: Mapping[str, str]
) -> Iterable[tuple[str, str, str]]:
    for column, name in (("from", source), ("to", goal)):
        if not name:
            yield column, "missing", "There is no group named."
        elif name not in groups:
            yield column, "unknown", f"There is no group {name!r}."
    if reach not in REACHES:
        yield "reach", "unknown", WRONG_REACH
    if row.get(MORE):
        yield "reach", "too_many", "There are more cells than columns."


def _report(before: Mapping[Key, str], after: Mapping[Key, str]) -> RulesReport:
    return RulesReport(
        rules=len(after),
        added=len(after.keys() - before.keys()),
        changed=sum(before[key] != after[key] for key in after.keys() & before.keys()),
        removed=len(before.keys() - after.keys()),
    )


async def _names(session: AsyncSession, from_id: str, to_id: str) -> dict[str, str]:
    names = await people.group_names(session, [from_id, to_id])
    unknown = [
        FieldError(field, "unknown", "There is no such group.")
        for field, group in (("from", from_id), ("to", to_id))
        if group not in names
    ]
    if unknown:
        raise InvalidInput(*unknown)
    return names


def _named(rule: Rule) -> str:
    return f"{rule.from_name} → {rule.to_name}"


def _other_reach(before: str | None, reach: str) -> str:
    return f"reach={reach}" if before is None else f"reach={before}→{reach}"


def _told(report: RulesReport) -> str:
    return " ".join(f"{name}={number}" for name, number in msgspec.structs.asdict(report).items())
