"""When a message leaves that is sent now, and who may mark one as urgent, as tables."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.rules.leaving import (
    FARTHEST,
    LATE,
    Leaves,
    may_mark_urgent,
    still_waits,
    suggestions,
    when_to_leave,
    why_not_at,
)
from app.rules.quiet_hours import QuietHours, parse_quiet_hours

PARIS = ZoneInfo("Europe/Paris")
SAMOA = ZoneInfo("Pacific/Apia")
NIGHTS = QuietHours(parse_quiet_hours("Mon-Fri 20:00-07:00, Sat-Sun 00:00-24:00"), PARIS)


def paris(text: str) -> datetime:
    """A moment as clocks in Paris show it."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


WEDNESDAY = paris("2026-11-25T12:00")
EVENING = paris("2026-11-25T20:30")
MORNING = paris("2026-11-26T07:00")
MOMENT = timedelta(seconds=6)


@pytest.mark.parametrize(
    ("now", "hold", "at", "urgent", "leaves"),
    [
        (WEDNESDAY, 0, None, False, None),
        (WEDNESDAY, 6, None, False, Leaves(WEDNESDAY + MOMENT, "undo")),
        (WEDNESDAY, 0, paris("2026-11-26T08:00"), False, Leaves(paris("2026-11-26T08:00"), "later")),
        (WEDNESDAY, 0, EVENING, False, Leaves(MORNING, "quiet")),
        (WEDNESDAY, 0, EVENING, True, Leaves(EVENING, "later")),
        (EVENING, 0, None, False, Leaves(MORNING, "quiet")),
        (EVENING, 6, None, False, Leaves(MORNING, "quiet")),
        (EVENING, 0, None, True, None),
        (EVENING, 6, None, True, Leaves(EVENING + MOMENT, "undo")),
        # There is time to take it back, whenever they begin and end.
        (MORNING - timedelta(seconds=1), 6, None, False, Leaves(MORNING + timedelta(seconds=5), "quiet")),
        (paris("2026-11-25T19:59:58"), 6, None, False, Leaves(paris("2026-11-25T20:00:04"), "undo")),
    ],
)
def test_when_a_message_leaves(
    now: datetime, hold: float, at: datetime | None, urgent: bool, leaves: Leaves | None
) -> None:
    """At once, after the time to take it back, at the time that was chosen, or when quiet hours end."""
    assert when_to_leave(now, NIGHTS, hold=timedelta(seconds=hold), at=at, urgent=urgent) == leaves


def test_a_site_without_quiet_hours() -> None:
    """Nothing waits for their end."""
    assert when_to_leave(EVENING, None) is None
    assert when_to_leave(EVENING, QuietHours((), PARIS)) is None
    assert still_waits(EVENING, None, leaves_at=WEDNESDAY, held_for="later", urgent=False) is None


@pytest.mark.parametrize(
    ("now", "leaves_at", "held_for", "urgent", "until"),
    [
        (WEDNESDAY, WEDNESDAY, "later", False, None),
        # Nobody was there, or they are new.
        (EVENING, WEDNESDAY, "later", False, MORNING),
        (EVENING, EVENING, "later", False, MORNING),
        (EVENING, WEDNESDAY, "quiet", False, MORNING),
        (EVENING, WEDNESDAY, "later", True, None),
        (EVENING, WEDNESDAY, "undo", False, None),
        # A little late is in time.
        (paris("2026-11-25T20:01"), paris("2026-11-25T19:59"), "later", False, None),
        (paris("2026-11-25T20:01") + LATE, paris("2026-11-25T20:00") - LATE, "later", False, MORNING),
        (paris("2026-11-26T07:01"), paris("2026-11-26T06:59"), "later", False, None),
    ],
)
def test_what_waits_although_its_time_has_come(
    now: datetime, leaves_at: datetime, held_for: str, urgent: bool, until: datetime | None
) -> None:
    """Quiet hours are asked again when it leaves, but what was sent before they began goes."""
    found = still_waits(now, NIGHTS, leaves_at=leaves_at, held_for=held_for, urgent=urgent)  # type: ignore[arg-type]
    assert found == until


@pytest.mark.parametrize(
    ("ahead", "why"),
    [
        (timedelta(0), "past"),
        (-FARTHEST, "past"),
        (timedelta(seconds=1), None),
        (FARTHEST, None),
        (FARTHEST + timedelta(seconds=1), "too_far"),
    ],
)
def test_how_far_ahead(ahead: timedelta, why: str | None) -> None:
    """Neither what is past nor what is more than a year away."""
    assert why_not_at(WEDNESDAY, WEDNESDAY + ahead) == why


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("2026-11-25T12:00", {"evening": "25T18:00", "tomorrow": "26T08:00", "monday": "30T08:00"}),
        ("2026-11-25T17:01", {"tomorrow": "26T08:00", "monday": "30T08:00"}),
        # The next day is quiet, or is the Monday.
        ("2026-11-27T21:00", {"monday": "30T08:00"}),
        ("2026-11-29T12:00", {"tomorrow": "30T08:00"}),
        ("2026-11-23T07:30", {"evening": "23T18:00", "tomorrow": "24T08:00", "monday": "30T08:00"}),
    ],
)
def test_what_is_offered(now: str, offered: dict[str, str]) -> None:
    """Each time once, none that is nearly there, none that is quiet."""
    found = suggestions(paris(now), PARIS, NIGHTS)
    assert dict(found) == {name: datetime.fromisoformat(f"2026-11-{at}") for name, at in offered.items()}


@pytest.mark.parametrize(
    ("role", "named", "may"),
    [("member", False, False), ("member", True, True), ("admin", False, True), ("announcer", False, False)],
)
def test_who_may_mark_urgent(role: str, named: bool, may: bool) -> None:
    """Administrators, and whoever is in a group that the site names."""
    assert may_mark_urgent(role, named) is may
