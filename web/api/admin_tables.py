"""Importing and exporting tables."""

import asyncio
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from app import rulebook
from app.administration import exporting
from app.administration.rule_lines import RuleLine, judge_rules
from app.csv_files import read_table
from app.importing import ImportReport, LineReport, import_people, judge_people
from app.person_fields import COLUMNS, NEEDED
from app.rulebook import RulesReport
from web.api.operation import Call, answer, operation
from web.tables import brought_file, csv_file


class How(msgspec.Struct, frozen=True):
    """`dry_run=1` only judges; `judged` is the `fingerprint` of the judgement that the import was decided on."""

    dry_run: Literal["", "0", "1"] = ""
    judged: str | None = None


class Imported(msgspec.Struct, frozen=True):
    """What was done; in a `dry_run`, what would be, with every line and the mark of this judgement."""

    dry_run: bool
    report: ImportReport
    lines: list[LineReport] = []
    fingerprint: str = ""


@operation(
    "Import people",
    query=How,
    gives={200: Imported},
    refuses=(400, 415, 422),
    takes_file=True,
    for_admins=True,
)
async def import_file(call: Call, given: How) -> Response:
    """A CSV file in the field `file`: all of it or nothing. A dry run tells what becomes of each line."""
    content = await brought_file(call.request)
    table = await asyncio.to_thread(read_table, content, COLUMNS, NEEDED)
    if given.dry_run == "1":
        judged = await judge_people(call.site, table.rows, lines=table.lines, who=call.who)
        return answer(Imported(True, judged.report, judged.lines, judged.fingerprint))
    report = await import_people(call.site, table.rows, lines=table.lines, who=call.who, judged=given.judged)
    return answer(Imported(False, report))


class ImportedRules(msgspec.Struct, frozen=True):
    """How many rules there are after it; in a `dry_run` every line, and the rules that would go (pairs of names)."""

    dry_run: bool
    report: RulesReport | None = None
    lines: list[RuleLine] = []
    gone: list[tuple[str, str]] = []


@operation(
    "Import rules",
    query=How,
    gives={200: ImportedRules},
    refuses=(400, 415, 422),
    takes_file=True,
    for_admins=True,
)
async def import_rules(call: Call, given: How) -> Response:
    """A CSV file in the field `file` takes the place of all rules. A dry run tells what becomes of each line."""
    table = read_table(await brought_file(call.request), rulebook.COLUMNS, rulebook.COLUMNS)
    if given.dry_run == "1":
        judged = await judge_rules(call.site, table.rows, table.lines, call.who)
        return answer(ImportedRules(True, lines=judged.lines, gone=judged.gone))
    report = await rulebook.import_rules(call.site, table.rows, lines=table.lines, who=call.who)
    return answer(ImportedRules(False, report))


@operation("Export rules", gives={200: Any}, media_type="*/*", for_admins=True)
async def rules(call: Call) -> Response:
    """A CSV file as the import reads it."""
    return csv_file("rules.csv", await exporting.rules(call.site, call.who))


@operation("Export people", gives={200: Any}, media_type="*/*", for_admins=True)
async def people(call: Call) -> Response:
    """A CSV file as the import reads it, without passwords."""
    return csv_file("people.csv", await exporting.people(call.site, call.who))


@operation("Export groups", gives={200: Any}, media_type="*/*", for_admins=True)
async def groups(call: Call) -> Response:
    """A CSV file with a line for each membership."""
    return csv_file("groups.csv", await exporting.groups(call.site, call.who))
