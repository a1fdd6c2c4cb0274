"""Cursors and limits of lists."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.paging import check_limit, decode_cursor, encode_cursor


@given(st.datetimes(timezones=st.just(UTC)), st.text("0123456789abcdef", min_size=1, max_size=32))
def test_a_cursor_comes_back_as_it_went(at: datetime, row_id: str) -> None:
    """Whatever the row, its cursor leads back to it."""
    assert decode_cursor(encode_cursor(at, row_id)) == (at, row_id)


def test_a_cursor_keeps_the_moment_whatever_its_zone() -> None:
    """A moment elsewhere is the same moment."""
    at = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    assert decode_cursor(encode_cursor(at, "a"))[0] == at


@given(st.text(max_size=300))
def test_anything_else_is_refused_and_named(cursor: str) -> None:
    """No text brings anything but a moment and an id, or `InvalidInput` for the field `cursor`."""
    found: tuple[datetime, str] | None = None
    refused: list[str] = []
    try:
        found = decode_cursor(cursor)
    except InvalidInput as error:
        refused = [wrong.field for wrong in error.errors]
    assert found or refused == ["cursor"]


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_out_of_bounds_is_refused(limit: int) -> None:
    """Limits go from 1 to the most that the list gives."""
    with pytest.raises(InvalidInput):
        check_limit(limit, 100)
