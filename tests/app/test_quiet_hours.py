"""Quiet hours and the moments of messages, as tables and by properties; the nights in which clocks change included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.local_time import moment_of
from app.rules.quiet_hours import DAY, QuietHours, Span, parse_quiet_hours

PARIS = ZoneInfo("Europe/Paris")
SAMOA = ZoneInfo("Pacific/Apia")
NIGHTS = QuietHours(parse_quiet_hours("Mon-Fri 20:00-07:00, Sat-Sun 00:00-24:00"), PARIS)
SPRING = "2026-03-29"
AUTUMN = "2026-10-25"


def paris(text: str, fold: int = 0) -> datetime:
    """A moment as clocks in Paris show it; `fold`: the second time."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        (" , ", []),
        ("Tue 12:00-13:30", [(1, 720, 810)]),
        ("sat-mon 22:00-06:00", [(5, 1320, 1800), (6, 1320, 1800), (0, 1320, 1800)]),
        ("Sun 00:00-24:00", [(6, 0, 1440)]),
        ("Wed 20:00-24:00, Thu  00:00 - 07:00", [(2, 1200, 1440), (3, 0, 420)]),
        ("22:00-00:00", [(day, 1320, 1440) for day in range(7)]),
    ],
)
def test_what_a_site_may_say(text: str, spans: list[tuple[int, int, int]]) -> None:
    """Days by three letters, one or from to, none for all; hours over midnight, and whole days."""
    assert parse_quiet_hours(text) == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("at night", "'at night' is not of the form 'Mon-Fri 20:00-07:00'"),
        ("Mon-Fri 20:00", "not of the form"),
        ("Mon-Fri 8:00-9:00", "not of the form"),
        ("Lun-Ven 20:00-07:00", "'Lun' is no day"),
        ("Mon 24:30-07:00", "'24:30' is no time of a day"),
        ("Mon 20:00-20:60", "'20:60' is no time of a day"),
        ("Mon 20:00-20:00", "is empty; a whole day is 00:00-24:00"),
        ("Mon 24:00-07:00", "is empty"),
        ("Mon-Fri 20:00-07:00; Sat 00:00-24:00", "not of the form"),
        ("00:00-24:00", "no minute of the week"),
        ("Mon-Sun 12:00-11:59, 11:00-12:30", "no minute of the week"),
    ],
)
def test_what_it_may_not_say(text: str, said: str) -> None:
    """Whatever is wrong is named in a sentence; hours that never end would deliver nothing."""
    with pytest.raises(ValueError, match=said):
        parse_quiet_hours(text)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        # A Wednesday.
        ("2026-11-25T19:59:59", None),
        ("2026-11-25T20:00:00", "2026-11-26T07:00"),
        ("2026-11-26T06:59:59", "2026-11-26T07:00"),
        ("2026-11-26T07:00:00", None),
        # Friday evening goes over into the week-end, and that ends with Sunday.
        ("2026-11-27T20:00:00", "2026-11-30T00:00"),
        ("2026-11-28T12:00:00", "2026-11-30T00:00"),
        ("2026-11-29T23:59:59", "2026-11-30T00:00"),
        ("2026-11-30T00:00:00", None),
    ],
)
def test_until_when(at: str, until: str | None) -> None:
    """What falls in them waits for their end, over midnight and over spans that touch."""
    assert NIGHTS.until(paris(at)) == (paris(until) if until else None)


@pytest.mark.parametrize(
    ("hours", "at", "fold", "until"),
    [
        # Clocks go from 2:00 to 3:00: a night is an hour shorter, and an end that is left out is that moment.
        ("22:00-07:00", f"{SPRING}T01:59", 0, "2026-03-29T05:00Z"),
        ("22:00-02:30", f"{SPRING}T01:59", 0, "2026-03-29T01:00Z"),
        ("22:00-02:30", f"{SPRING}T03:00", 0, None),
        ("02:15-02:45", f"{SPRING}T03:00", 0, None),
        ("02:30-04:00", f"{SPRING}T03:00", 0, "2026-03-29T02:00Z"),
        # From 3:00 back to 2:00: hours end when clocks show their end for the first time.
        ("22:00-07:00", f"{AUTUMN}T02:30", 0, "2026-10-25T06:00Z"),
        ("22:00-07:00", f"{AUTUMN}T02:30", 1, "2026-10-25T06:00Z"),
        ("22:00-02:30", f"{AUTUMN}T02:29", 0, "2026-10-25T00:30Z"),
        ("22:00-02:30", f"{AUTUMN}T02:30", 0, None),
        ("22:00-02:30", f"{AUTUMN}T02:10", 1, None),
        ("02:30-06:00", f"{AUTUMN}T02:45", 0, "2026-10-25T05:00Z"),
        ("02:30-06:00", f"{AUTUMN}T02:10", 1, "2026-10-25T05:00Z"),
        ("02:00-03:00", f"{AUTUMN}T02:30", 1, "2026-10-25T02:00Z"),
    ],
)
def test_nights_in_which_clocks_change(hours: str, at: str, fold: int, until: str | None) -> None:
    """Quiet hours stay one stretch of time."""
    quiet = QuietHours(parse_quiet_hours(hours), PARIS)
    assert quiet.until(paris(at, fold)) == (datetime.fromisoformat(until) if until else None)


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-11-23T08:00", PARIS, "2026-11-23T07:00Z"),
        ("2026-07-23T08:00", PARIS, "2026-07-23T06:00Z"),
        (f"{SPRING}T02:00", PARIS, "2026-03-29T01:00Z"),
        (f"{SPRING}T02:59", PARIS, "2026-03-29T01:00Z"),
        (f"{SPRING}T03:00", PARIS, "2026-03-29T01:00Z"),
        (f"{AUTUMN}T02:30", PARIS, "2026-10-25T00:30Z"),
        (f"{AUTUMN}T03:00", PARIS, "2026-10-25T02:00Z"),
        # A day that never was.
        ("2011-12-30T12:00", SAMOA, "2011-12-30T10:00Z"),
    ],
)
def test_what_clocks_show(wall: str, zone: ZoneInfo, moment: str) -> None:
    """A time that comes twice is the first, one that is left out the moment of the change."""
    assert moment_of(datetime.fromisoformat(wall), zone) == datetime.fromisoformat(moment)


YEAR, AFTER = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")
spans = st.builds(
    lambda day, begins, length: Span(day, begins, begins + length),
    st.integers(0, 6),
    st.integers(0, DAY - 1),
    st.integers(1, DAY),
)
weeks = st.lists(spans, max_size=8).map(tuple)
moments = st.datetimes(YEAR, AFTER, timezones=st.just(UTC))
zones = st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"])


@given(weeks, zones, moments)
def test_their_end_is_in_none(week: tuple[Span, ...], zone: str, at: datetime) -> None:
    """What waited leaves at a moment that is not quiet, and every moment before it would have waited for the same."""
    minutes = {(s.day * DAY + m) % (7 * DAY) for s in week for m in range(s.begins, s.ends)}
    quiet = QuietHours(week, ZoneInfo(zone))
    until = quiet.until(at)
    if until is None or len(minutes) > 7 * DAY - 120:
        return  # a break of less than the two hours that clocks may leave out can be left out with them
    assert until > at
    assert quiet.until(until) is None
    assert quiet.until(until - timedelta(seconds=1)) == until
    assert quiet.until(at + (until - at) / 2) == until


@given(weeks, moments)
def test_where_clocks_never_change_they_are_what_clocks_show(week: tuple[Span, ...], at: datetime) -> None:
    """In UTC a moment is quiet if its minute of the week is."""
    minutes = {(s.day * DAY + m) % (7 * DAY) for s in week for m in range(s.begins, s.ends)}
    shown = at.weekday() * DAY + at.hour * 60 + at.minute
    assert (QuietHours(week, ZoneInfo("UTC")).until(at) is not None) == (shown in minutes)


@given(
    zones,
    st.datetimes(YEAR, AFTER).map(lambda at: at.replace(microsecond=0)),
)
def test_a_time_of_the_wall_comes_once(zone: str, wall: datetime) -> None:
    """Clocks show it at that moment, or have just jumped over it; a second before they show less."""
    moment = moment_of(wall, ZoneInfo(zone))
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before < wall <= shown
    assert shown - wall <= timedelta(hours=1)
