"""Quiet hours: the hours of a week in which messages are written and not delivered."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

import msgspec

from app.rules.local_time import moment_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
FORM = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+)?"
    r"(?P<begins>\d{2}:\d{2})\s*-\s*(?P<ends>\d{2}:\d{2})",
    re.IGNORECASE | re.ASCII,
)
LONGEST_STRETCH = 2 * len(DAYS) * len(DAYS)
"""Spans, one after the other, of the longest stretch: two weeks, which no week that has a break can fill."""


class Span(msgspec.Struct, frozen=True):
    """From `begins` to `ends` on every `day` (0 is Monday), in minutes of that day; over midnight beyond 1440."""

    day: int
    begins: int
    ends: int


class QuietHours(msgspec.Struct, frozen=True):
    """The quiet hours of a site, as clocks in its zone show them."""

    spans: tuple[Span, ...]
    zone: tzinfo

    def until(self, at: datetime) -> datetime | None:
        """When the quiet hours end in which `at` falls; None when it falls in none.

        They last from the first moment at which clocks show their beginning to the first at which they show their
        end, however often clocks show it (`app.rules.local_time`).
        """
        end = at
        for _ in range(LONGEST_STRETCH):
            ends = [ends for begins, ends in self._around(end) if begins <= end < ends]
            if not ends:
                break
            end = max(ends)
        return None if end == at else end

    def _around(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans that may hold `at`: those that begin on its day or shortly before."""
        today = at.astimezone(self.zone).date()
        for back in range(3):
            day = today - timedelta(days=back)
            for span in self.spans:
                if span.day == day.weekday():
                    yield self._moment(day, span.begins), self._moment(day, span.ends)

    def _moment(self, day: date, minutes: int) -> datetime:
        return moment_of(datetime.combine(day, time()) + timedelta(minutes=minutes), self.zone)


def parse_quiet_hours(text: str) -> tuple[Span, ...]:
    """The spans that `text` names: `Mon-Fri 20:00-07:00, Sat-Sun 00:00-24:00`, without days: every day.

    Raises `ValueError` with a sentence that says which part is wrong, or that nothing would ever be delivered.
    """
    spans = tuple(span for part in text.split(",") if part.strip() for span in _parsed(part.strip()))
    if len(_minutes(spans)) == WEEK:
        raise ValueError("they leave no minute of the week in which a message is delivered")
    return spans


def _parsed(part: str) -> Iterator[Span]:
    found = FORM.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is not of the form 'Mon-Fri 20:00-07:00'")
    first = _day(part, found["first"] or "mon")
    last = _day(part, found["last"] or found["first"] or "sun")
    begins, ends = _minute(part, found["begins"]), _minute(part, found["ends"])
    if begins in (ends, DAY):
        raise ValueError(f"{part!r} is empty; a whole day is 00:00-24:00")
    for day in range((last - first) % len(DAYS) + 1):
        yield Span((first + day) % len(DAYS), begins, ends if ends > begins else ends + DAY)


def _day(part: str, name: str) -> int:
    if name.lower() not in DAYS:
        raise ValueError(f"{part!r}: {name!r} is no day; days are Mon, Tue, Wed, Thu, Fri, Sat, Sun")
    return DAYS.index(name.lower())


def _minute(part: str, clock: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    if minutes > 59 or 60 * hours + minutes > DAY:
        raise ValueError(f"{part!r}: {clock!r} is no time of a day")
    return 60 * hours + minutes


def _minutes(spans: tuple[Span, ...]) -> set[int]:
    """The minutes of a week that are quiet."""
    return {(span.day * DAY + minute) % WEEK for span in spans for minute in range(span.begins, span.ends)}
