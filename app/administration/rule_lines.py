"""What becomes of each line of a table of rules: a dry run of `app.rulebook.import_rules`, told line by line."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from app.errors import FieldError, InvalidInput
from app.rulebook import import_rules, list_rules
from app.site import Identity, Site

Outcome = Literal["created", "updated", "unchanged", "wrong"]


class RuleLine(msgspec.Struct, frozen=True):
    """A line: the groups it names, what it opens, what becomes of it, and of a `wrong` one why."""

    line: int
    source: str
    goal: str
    reach: str
    outcome: Outcome
    errors: list[FieldError] = []


class RulesJudgement(msgspec.Struct, frozen=True):
    """Every line, and the rules that would go because no line names them: pairs of names."""

    lines: list[RuleLine]
    gone: list[tuple[str, str]]
    fingerprint: str

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong, so that it can be imported."""
        return all(one.outcome != "wrong" for one in self.lines)


async def judge_rules(
    site: Site, rows: Sequence[Mapping[str, str]], lines: Sequence[int], who: Identity | None
) -> RulesJudgement:
    """What importing these rows would do now. Raises `Forbidden`."""
    before = {(rule.from_name, rule.to_name): str(rule.reach) for rule in await list_rules(site, who)}
    wrong = await _wrong(site, rows, lines, who)
    judged = [_line(line, row, before, wrong.get(line, [])) for line, row in zip(lines, rows, strict=True)]
    named = {(one.source, one.goal) for one in judged}
    gone = sorted(pair for pair in before if pair not in named)
    mark = hashlib.sha256(msgspec.json.encode([judged, gone, sorted(before.items())])).hexdigest()
    return RulesJudgement(judged, gone, mark)


async def _wrong(
    site: Site, rows: Sequence[Mapping[str, str]], lines: Sequence[int], who: Identity | None
) -> dict[int, list[FieldError]]:
    """What the import itself finds wrong, by line."""
    found: dict[int, list[FieldError]] = {}
    try:
        await import_rules(site, rows, lines=lines, who=who, dry_run=True)
    except InvalidInput as error:
        for one in error.errors:
            place, _, column = one.field.partition(", ")
            line = int(place.removeprefix("line "))
            found.setdefault(line, []).append(FieldError(column, one.code, one.detail))
    return found


def _line(
    line: int, row: Mapping[str, str], before: Mapping[tuple[str, str], str], errors: list[FieldError]
) -> RuleLine:
    source, goal, reach = (" ".join((row.get(column) or "").split()) for column in ("from", "to", "reach"))
    known = before.get((source, goal))
    outcome: Outcome = "created" if known is None else "unchanged" if known == reach else "updated"
    return RuleLine(line, source, goal, reach, "wrong" if errors else outcome, errors)
