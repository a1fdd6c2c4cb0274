"""CSV files: what goes out harmless comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.csv_files import MORE, read_table, shielded, unshielded, write_table
from app.errors import InvalidInput

CELLS = st.text(st.sampled_from("='+-@;,\"' aé"), max_size=8)


@given(CELLS)
def test_a_shielded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    """Neither as a whole nor in a part that a semicolon parts begins a formula."""
    out = shielded(cell)
    assert not any(part.startswith(("=", "+", "-", "@")) for part in out.split(";"))
    assert unshielded(out) == cell


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_a_table_comes_back(rows: list[tuple[str, str]]) -> None:
    """Whatever stands in its cells, except lines of nothing."""
    text = write_table(["a", "b"], rows)
    table = read_table(text.encode(), ["a", "b"], ["a"])
    assert [(row["a"], row["b"]) for row in table.rows] == [row for row in rows if "".join(row).strip()]


def test_semicolons_part_cells_where_the_first_line_has_no_comma() -> None:
    """As spreadsheets write it in some countries; a cell with several groups stands in quotation marks there."""
    table = read_table(
        '\ufefflogin;name;groups\r\nann;Ann;"A;B"\r\n'.encode(), ["login", "name", "groups"], []
    )
    assert table.rows == [{"login": "ann", "name": "Ann", "groups": "A;B"}]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """Empty lines count, and cells beyond the last column are kept apart."""
    table = read_table(b"login,name\n\nann,Ann\nbob,Bob,,more\n", ["login", "name"], [])
    assert table.lines == [3, 4]
    assert table.rows[1][MORE] == ",more"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "not_utf8"),
        (b'login,name\nann,"Ann\n', "not_csv"),
        (b"", "columns"),
        (b"login\n", "columns"),
        (b"login,name,name\n", "columns"),
        (b"login,name,colour\n", "columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    """Its encoding, its quotation marks, or its first line."""
    with pytest.raises(InvalidInput) as error:
        read_table(content, ["login", "name"], ["login", "name"])
    assert error.value.errors[0].code == code
