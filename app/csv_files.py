"""CSV files as they come in and go out.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and computes it on the machine of
whoever opens the file. Such cells go out with an apostrophe before that sign, also after each `;`, which is what parts
cells in some countries (https://owasp.org/www-community/attacks/CSV_Injection). Coming in, one apostrophe there is
taken off again, so that what went out comes back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.errors import FieldError, InvalidInput

if TYPE_CHECKING:
    import _csv

MORE = ""
"""The name under which a row has the cells beyond its last column."""
_SHIELDED = re.compile(r"(^|;)'('*[=+\-@])")
_DANGEROUS = re.compile(r"(^|;)('*[=+\-@])")


class Table(msgspec.Struct, frozen=True):
    """The rows of a file by the names of its columns, and the line that each stands on."""

    lines: list[int]
    rows: list[dict[str, str]]


def read_table(content: bytes, columns: Sequence[str], needed: Sequence[str]) -> Table:
    """What a UTF-8 file holds whose first line names some of `columns`, `needed` among them.

    Cells are parted by commas, or by semicolons if the first line has no comma. Empty lines are passed over.
    Raises `InvalidInput` where the file as a whole cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = ";" if ";" in first and "," not in first else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = _header(reader, columns, needed)
        pairs = list(_rows(reader, header))
    except UnicodeDecodeError:
        raise InvalidInput(FieldError("file", "not_utf8", "It is not UTF-8 text.")) from None
    except csv.Error as error:
        raise InvalidInput(FieldError("file", "not_csv", f"It is not a CSV file: {error}.")) from None
    return Table([line for line, _ in pairs], [row for _, row in pairs])


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV file that a spreadsheet can open without harm and `read_table` reads as it was."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([shielded(cell) for cell in row] for row in rows)
    return written.getvalue()


def shielded(cell: str) -> str:
    """The cell with an apostrophe before whatever would make it a formula."""
    return _DANGEROUS.sub(r"\1'\2", cell)


def unshielded(cell: str) -> str:
    """What was `shielded`."""
    return _SHIELDED.sub(r"\1\2", cell)


def _header(reader: "_csv.Reader", columns: Sequence[str], needed: Sequence[str]) -> list[str]:
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in needed if name not in header]
    unknown = [name for name in header if name not in columns]
    if not (missing or unknown or len(set(header)) < len(header)):
        return header
    wrong = (
        f"There is no column {missing[0]}"
        if missing
        else f"There is a column {unknown[0]!r}"
        if unknown
        else "There is a column twice"
    )
    detail = f"{wrong}; the columns are {', '.join(columns)}."
    raise InvalidInput(FieldError("line 1", "columns", detail))


def _rows(reader: "_csv.Reader", header: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            row = {name: unshielded(cell) for name, cell in zip(header, cells, strict=False)}
            if more := ",".join(cells[len(header) :]):
                row[MORE] = more
            yield reader.line_num, row
