"""Where a line stands in the index: by its moment, so that the newest are found first.

A place is the moment in microseconds and a number that tells apart what happened in the same one, in 63 bits.
"""

from datetime import UTC, datetime, timedelta

_BITS = 11
NUMBERS = 1 << _BITS
"""Places of one microsecond. The lines of a commit share their moment."""
LAST_NUMBER = NUMBERS - 1
HIGHEST = 2**63 - 1
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def place_of(at: datetime) -> int:
    """The first place of a moment."""
    return min(max(0, (at - _BEGINNING) // _MICROSECOND << _BITS), HIGHEST - LAST_NUMBER)


def last_place_of(at: datetime) -> int:
    """The last place of a moment."""
    return place_of(at) | LAST_NUMBER


def moment_of(place: int) -> datetime:
    """The moment of a place."""
    return _BEGINNING + (place >> _BITS) * _MICROSECOND
