"""Lists in pages. A cursor is opaque to clients; inside it is the last row's moment and identifier."""

import base64
import binascii
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from app.errors import FieldError, InvalidInput

T = TypeVar("T")

MAX_CURSOR = 200


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items of a list; `next` leads to the following ones and is None at the end."""

    items: list[T]
    next: str | None


def encode_cursor(at: datetime, row_id: str) -> str:
    """A cursor that goes on after the row `row_id`, which is sorted by `at`."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {row_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """What `encode_cursor` put in. Raises `InvalidInput` (field `cursor`) for anything else."""
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError
        plain = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        moment, row_id = plain.decode("ascii").split(" ")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not row_id.isalnum():
            raise ValueError
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here.")) from error
    return at, row_id


def check_limit(limit: int, most: int) -> int:
    """`limit` if it is within 1 and `most`; else raises `InvalidInput` (field `limit`)."""
    if not 1 <= limit <= most:
        raise InvalidInput(FieldError("limit", "out_of_bounds", f"The limit must be from 1 to {most}."))
    return limit
