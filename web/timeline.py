"""A discussion's log as it is laid out: days, the line before what is new, and who goes on speaking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.events import Line
from web.dates import Dates

SAME_BREATH = timedelta(minutes=5)
SPOKEN = ("message", "reply")
NOTHING: Mapping[int, Line] = {}


@dataclass(frozen=True)
class Item:
    """One thing in the log: a `line`, else the beginning of a `day`, else (neither) the line before what is new."""

    line: Line | None = None
    day: date | None = None
    own: bool = False
    continued: bool = False
    """Same writer as just before: her name and face are not repeated."""
    quoted: Line | None = None
    quoted_here: bool = False
    """What is quoted stands in the same part of the log."""


@dataclass(frozen=True)
class Reader:
    """For whom the log is laid out: who she is, up to which entry she has read, and from which on she sees it."""

    person_id: str
    read_seq: int
    dates: Dates
    from_seq: int = 1


def lay_out(lines: Sequence[Line], reader: Reader, elsewhere: Mapping[int, Line] = NOTHING) -> list[Item]:
    """The items of a part of the log, in order. `elsewhere` is what they quote of other parts, by number."""
    return list(_items(lines, reader, elsewhere))


def _items(lines: Sequence[Line], reader: Reader, elsewhere: Mapping[int, Line]) -> Iterator[Item]:
    here = {line.seq: line for line in lines}
    quotable = {**elsewhere, **here}
    new = _first_unread(lines, reader)
    previous: Line | None = None
    for line in lines:
        day = reader.dates.day_of(line.at)
        if previous is None or day != reader.dates.day_of(previous.at):
            yield Item(day=day)
            previous = None
        if line is new:
            yield Item()
            previous = None
        quoted = quotable.get(line.reply_to) if line.reply_to else None
        own = line.author.id == reader.person_id and line.kind in SPOKEN
        yield Item(
            line,
            own=own,
            continued=_goes_on(line, previous),
            quoted=quoted,
            quoted_here=line.reply_to in here,
        )
        previous = line


def _first_unread(lines: Sequence[Line], reader: Reader) -> Line | None:
    """None as well where the part begins after it: it stands in an earlier one."""
    if lines and lines[0].seq > max(reader.read_seq + 1, reader.from_seq):
        return None
    unread = (
        line
        for line in lines
        if line.seq > reader.read_seq and line.kind in SPOKEN and line.author.id != reader.person_id
    )
    return next(unread, None)


def _goes_on(line: Line, previous: Line | None) -> bool:
    return (
        previous is not None
        and line.kind in SPOKEN
        and previous.kind in SPOKEN
        and line.author.id == previous.author.id
        and line.reply_to is None
        and line.at - previous.at < SAME_BREATH
    )
