"""Importing and exporting tables. A file is judged first, line by line; then exactly that file is imported."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from app import importing, rulebook
from app.administration import exporting
from app.administration.rule_lines import RuleLine, RulesJudgement, judge_rules
from app.csv_files import Table, read_table
from app.errors import InvalidInput, NotFound
from app.importing import Judgement, LineReport
from app.person_fields import COLUMNS, NEEDED
from web.i18n import mark
from web.pages.administration.door import admin
from web.pages.administration.kept import packed, unpacked
from web.pages.administration.sentences import said, wrong
from web.rendering import render, site_of
from web.tables import brought, csv_file

LINES_AT_ONCE = 500
OUTCOMES: Mapping[str, str] = {
    "wrong": mark("Wrong"),
    "created": mark("Will be created"),
    "updated": mark("Will be changed"),
    "unchanged": mark("Stays as it is"),
}
EXPORTS = {"people": exporting.people, "groups": exporting.groups, "rules": exporting.rules}


@dataclass(frozen=True)
class Brought:
    """What a form of the import brings: the file, the mark of the judgement that was looked at, what to do with it."""

    content: bytes
    judged: str
    action: str
    outcome: str
    first: int

    @classmethod
    def from_fields(cls, fields: Mapping[str, bytes]) -> "Brought":
        """A file that was chosen just now, or the one that the page before has kept."""
        text = {
            name: fields.get(name, b"").decode("utf-8", "replace") for name in ("judged", "action", "show")
        }
        content = fields.get("file", b"")
        if not content and "kept" in fields:
            content = unpacked(fields["kept"])
        outcome, _, first = text["show"].partition(":")
        start = int(first) if first.isascii() and first.isdigit() and len(first) < 8 else 0
        return cls(content, text["judged"], text["action"], outcome if outcome in OUTCOMES else "", start)


async def show(request: Request) -> Response:
    """The forms that take a file, and the links that give one."""
    admin(request)
    return await _begin(request)


async def import_people(request: Request) -> Response:
    """Judge the file, or import it if it would be judged as the page before has shown it."""
    me, site = admin(request), site_of(request)
    given = Brought.from_fields(await brought(request))
    try:
        table = await asyncio.to_thread(read_table, given.content, COLUMNS, NEEDED)
    except InvalidInput as error:
        return await _begin(request, "people", error)
    changed = False
    if given.action == "import":
        try:
            report = await importing.import_people(
                site, table.rows, lines=table.lines, who=me, judged=given.judged
            )
            return await render(
                request, "administration/imported.html", here="tables", report=report, rules=None
            )
        except InvalidInput as error:
            changed = any(one.code == "changed" for one in error.errors)
    judgement = await importing.judge_people(site, table.rows, lines=table.lines, who=me)
    return await _report(request, "people", given, judgement, changed=changed)


async def import_rules(request: Request) -> Response:
    """The same for rules, which take the place of all that there are."""
    me, site = admin(request), site_of(request)
    given = Brought.from_fields(await brought(request))
    try:
        table: Table = await asyncio.to_thread(read_table, given.content, rulebook.COLUMNS, rulebook.COLUMNS)
    except InvalidInput as error:
        return await _begin(request, "rules", error)
    judgement = await judge_rules(site, table.rows, table.lines, me)
    changed = given.action == "import" and given.judged != judgement.fingerprint
    if given.action == "import" and judgement.is_good and not changed:
        report = await rulebook.import_rules(site, table.rows, lines=table.lines, who=me)
        return await render(request, "administration/imported.html", here="tables", report=None, rules=report)
    return await _report(request, "rules", given, judgement, changed=changed)


async def export(request: Request) -> Response:
    """A table as a file."""
    me, what = admin(request), request.path_params["what"]
    if what not in EXPORTS:
        raise NotFound
    return csv_file(f"{what}.csv", await EXPORTS[what](site_of(request), me))


async def _begin(request: Request, about: str = "", error: InvalidInput | None = None) -> Response:
    return await render(
        request,
        "administration/tables.html",
        status=422 if error else 200,
        here="tables",
        about=about,
        people_columns=COLUMNS,
        rule_columns=rulebook.COLUMNS,
        problems=said(request, error) if error else [],
    )


async def _report(
    request: Request,
    about: str,
    given: Brought,
    judgement: Judgement | RulesJudgement,
    *,
    changed: bool,
) -> Response:
    every: Sequence[LineReport | RuleLine] = judgement.lines
    numbers = {name: sum(one.outcome == name for one in every) for name in OUTCOMES}
    chosen = [one for one in every if given.outcome in ("", one.outcome)]
    shown = chosen[given.first : given.first + LINES_AT_ONCE]
    return await render(
        request,
        "administration/report.html",
        status=200 if judgement.is_good else 422,
        here="tables",
        about=about,
        judgement=judgement,
        kept=packed(given.content),
        outcomes=OUTCOMES,
        numbers=numbers,
        outcome=given.outcome,
        first=given.first,
        chosen=len(chosen),
        at_once=LINES_AT_ONCE,
        lines=shown,
        changed=changed,
        wrong=lambda one: wrong(request, one),
    )
