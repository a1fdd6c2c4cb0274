"""What was found: a table for people, JSON for comparing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.curves import Curve
from bench.row import Row

SIGNS = {True: "✓", False: "✗", None: " "}


class Report(msgspec.Struct, frozen=True):
    """One run."""

    commit: str
    began: str
    seconds: float
    machine: dict[str, Any]
    rows: list[Row]
    curves: list[Curve] = []

    def table(self) -> str:
        """The rows as a Markdown table that can be read as it is."""
        cells = [("figure", "measured", "to reach", ""), *(_cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(4)]
        lines = [_line(line, widths) for line in cells]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([lines[0], rule, *lines[1:]])

    def save(self, path: Path) -> None:
        """Write all of it, with what every figure was made of."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


def _cells(row: Row) -> tuple[str, str, str, str]:
    return (
        row.name,
        f"{row.value:g} {row.unit}",
        f"{row.reach} {row.unit}" if row.reach else "",
        SIGNS[row.met],
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
