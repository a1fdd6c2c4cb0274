"""How a log is laid out, and how times and faces are written."""

from datetime import UTC, datetime, timedelta

import pytest

from app.events import EntryKind, Line, PersonRef
from web.dates import Dates, zone_called
from web.faces import initials, tint
from web.i18n import LANGUAGES
from web.timeline import Item, Reader, lay_out

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ALICE, BOB = PersonRef("a" * 32, "Alice"), PersonRef("b" * 32, "Bob")


def dates(language: str = "en", zone: str = "Europe/Paris", now: datetime = NOON) -> Dates:
    """How somebody reads moments."""
    return Dates(LANGUAGES[language].locale, zone_called(zone), now)


def line(
    seq: int, author: PersonRef, minutes: float, kind: EntryKind = "reply", reply_to: int | None = None
) -> Line:
    """A line so many minutes after noon."""
    return Line(seq, kind, author, NOON + timedelta(minutes=minutes), "x", (), reply_to=reply_to)


def said(items: list[Item]) -> str:
    """The items in letters: day `D`, new `N`, entry by number, `+` where it goes on, `*` where it is one's own."""
    return " ".join(
        f"{item.line.seq}{'+' * item.continued}{'*' * item.own}" if item.line else "D" if item.day else "N"
        for item in items
    )


def test_days_new_and_going_on() -> None:
    """A day before its first entry, one line before the first unread of others, the same writer goes on for minutes."""
    lines = [
        line(1, ALICE, 0, "message"),
        line(2, ALICE, 2),
        line(3, ALICE, 8),
        line(4, BOB, 9),
        line(5, BOB, 9.5, "added"),
        line(6, BOB, 9.6),
        line(7, ALICE, 10),
        line(8, ALICE, 10.5, reply_to=4),
        line(9, ALICE, 60 * 12),
    ]
    reader = Reader(BOB.id, 6, dates())
    assert said(lay_out(lines, reader)) == "D 1 2+ 3 4* 5 6* N 7 8 D 9"
    assert said(lay_out(lines, Reader(ALICE.id, 1, dates()))) == "D 1* 2+* 3* N 4 5 6 7* 8* D 9*"
    assert lay_out(lines, reader)[9].quoted == lines[3]


def test_the_line_before_what_is_new_is_exact() -> None:
    """A part of the log that begins later has none, unless one sees nothing earlier."""
    lines = [line(seq, ALICE, seq * 10) for seq in (5, 6, 7)]
    assert said(lay_out(lines, Reader(BOB.id, 4, dates()))) == "D N 5 6 7"
    assert said(lay_out(lines, Reader(BOB.id, 5, dates()))) == "D 5 N 6 7"
    assert said(lay_out(lines, Reader(BOB.id, 3, dates()))) == "D 5 6 7"
    assert said(lay_out(lines, Reader(BOB.id, 0, dates(), from_seq=5))) == "D N 5 6 7"


def test_what_is_quoted_of_other_parts() -> None:
    """It is shown as well, and known to stand elsewhere; what one does not see is not."""
    lines = [line(5, ALICE, 0, reply_to=2), line(6, BOB, 9, reply_to=5), line(7, BOB, 19, reply_to=1)]
    items = lay_out(lines, Reader(BOB.id, 7, dates()), {2: line(2, BOB, -99)})
    quoted = [(item.quoted and item.quoted.seq, item.quoted_here) for item in items if item.line]
    assert quoted == [(2, False), (5, True), (None, False)]


def test_a_day_is_the_readers() -> None:
    """Where midnight falls depends on where one is."""
    lines = [line(1, ALICE, 0), line(2, ALICE, 60 * 11.5)]
    assert said(lay_out(lines, Reader(BOB.id, 9, dates(zone="Europe/Paris")))) == "D 1 D 2"
    assert said(lay_out(lines, Reader(BOB.id, 9, dates(zone="America/New_York")))) == "D 1 2"


@pytest.mark.parametrize(
    ("ago", "english", "french"),
    [
        (timedelta(minutes=12, seconds=50), "12 min ago", "il y a 12 min"),
        (timedelta(minutes=119), "1 hr ago", "il y a 1 h"),
        (timedelta(hours=23, minutes=59), "23 hr ago", "il y a 23 h"),
        (timedelta(days=3), "18 Nov", "18 nov."),
        (timedelta(days=400), "17 Oct 2025", "17 oct. 2025"),
        (timedelta(hours=-3), "21 Nov", "21 nov."),
    ],
)
def test_times_in_lists(ago: timedelta, english: str, french: str) -> None:
    """Relative for a day, in whole units that have passed; then the date, with its year when it is another."""
    assert dates("en").row(NOON - ago) == english
    assert dates("fr").row(NOON - ago).replace("\N{NO-BREAK SPACE}", " ") == french


def test_exact_times_and_days() -> None:
    """Whoever points at a time gets all of it, in her zone and language."""
    assert dates("en").exact(NOON) == "21 November 2026, 13:00:00 CET"
    assert dates("fr").exact(NOON).startswith("21 novembre 2026")
    assert dates("en").minute(NOON) == "21 November 2026, 13:00"
    assert dates("fr").minute(NOON) == "21 novembre 2026, 13:00"
    assert dates("en").clock(NOON) == "13:00"
    assert dates("fr").day(NOON.date()) == "samedi 21 novembre 2026"
    assert dates(zone="no/zone").clock(NOON) == "12:00"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Alice Bernard", "AB"),
        ("alice", "A"),
        ("Jean de La Tour", "JT"),
        ("  ", ""),
        ("ليلى حداد", "لح"),
        ("éa éb", "ÉÉ"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    """The first letters of the first and last word."""
    assert initials(name) == letters


def test_tints() -> None:
    """The same person has the same tint for ever, as the browser counts it."""
    assert (tint("0" * 31 + "9"), tint("0" * 30 + "ff")) == (1, 7)
