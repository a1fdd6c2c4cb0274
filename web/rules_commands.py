"""The command about the rules on who may write to whom."""

from pathlib import Path
from typing import Annotated

import typer

from app.csv_files import read_table
from app.rulebook import COLUMNS, import_rules
from web.commands import on_site, read_file

rules = typer.Typer(no_args_is_help=True, help="Import the rules on who may write to whom.")


@rules.callback()
def _several() -> None:
    """More may come; a single command would lose its name."""


@rules.command("import")
def import_file(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would change")] = False,
) -> None:
    """Replace all rules by those of a CSV file: all of it, or nothing.

    Columns: from, to (names of groups), reach (members, group or both). Without any rule everybody may write to
    everybody.
    """
    table = read_table(read_file(file), COLUMNS, COLUMNS)
    report = on_site(lambda site: import_rules(site, table.rows, lines=table.lines, dry_run=dry_run))
    would = " would be" if dry_run else ""
    typer.echo(
        f"{report.rules} rules{would}: {report.added} added, {report.changed} changed, {report.removed} removed."
    )
    if not report.rules:
        typer.echo("Without any rule everybody may write to everybody.")
