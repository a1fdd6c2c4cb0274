"""When a message leaves that is sent now: at once, or held first; and who may mark one as urgent."""

from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

import msgspec

from app.rules.quiet_hours import QuietHours

HeldFor = Literal["undo", "later", "quiet"]
"""Why a message is held: to be taken back, because its author chose the time, because of quiet hours."""

FARTHEST = timedelta(days=366)
"""How far ahead a message may be sent: a year, also a leap year."""
LATE = timedelta(minutes=10)
"""How late a message may leave (nodes restart, many leave at once) and still count as leaving when it should."""
EVENING, MORNING = time(18), time(8)


class Leaves(msgspec.Struct, frozen=True):
    """A message leaves at `at`, and is held until then."""

    at: datetime
    held_for: HeldFor


def when_to_leave(
    now: datetime,
    quiet: QuietHours | None,
    *,
    hold: timedelta = timedelta(0),
    at: datetime | None = None,
    urgent: bool = False,
) -> Leaves | None:
    """When a message leaves that is sent `now` with so long to take it back, or to leave `at` a time; None: at once.

    What would leave in quiet hours leaves when they end, unless it is urgent. The seconds to take it back do not
    carry a message into quiet hours that began after it was sent.
    """
    until = quiet.until(at or now) if quiet and not urgent else None
    if until is not None:
        return Leaves(max(until, now + hold), "quiet")
    if at is not None:
        return Leaves(at, "later")
    return Leaves(now + hold, "undo") if hold > timedelta(0) else None


def still_waits(
    now: datetime, quiet: QuietHours | None, *, leaves_at: datetime, held_for: HeldFor, urgent: bool
) -> datetime | None:
    """Until when a message has to wait although its time has come; None: it leaves.

    That is so after quiet hours were set anew, and where nobody was there in time to let it go. What its author sent
    before they began leaves in any case.
    """
    if quiet is None or urgent or held_for == "undo":
        return None
    until = quiet.until(now if now - leaves_at > LATE else leaves_at)
    return until if until is not None and until > now else None


def why_not_at(now: datetime, at: datetime) -> Literal["past", "too_far"] | None:
    """Why a message cannot be sent `at` this time, as a stable code; None when it can."""
    if at <= now:
        return "past"
    return "too_far" if at - now > FARTHEST else None


def suggestions(now: datetime, zone: tzinfo, quiet: QuietHours | None) -> list[tuple[str, datetime]]:
    """Times that are offered: `evening` (today), `tomorrow`, `monday`, each as clocks in `zone` show it.

    Not those that are less than an hour ahead, are named already, or fall in quiet hours.
    """
    local = now.astimezone(zone)
    to_monday = 7 - local.weekday()
    days = {"evening": (0, EVENING), "tomorrow": (1, MORNING), "monday": (to_monday, MORNING)}
    if to_monday == 1:
        del days["monday"]
    offered = {
        name: datetime.combine(local.date() + timedelta(days=ahead), hour, zone)
        for name, (ahead, hour) in days.items()
    }
    return [
        (name, at.replace(tzinfo=None))
        for name, at in offered.items()
        if at - now >= timedelta(hours=1) and not (quiet and quiet.until(at))
    ]


def may_mark_urgent(role: str, in_named_group: bool) -> bool:
    """Who may have a message delivered in quiet hours: administrators, and members of the groups that a site names."""
    return role == "admin" or in_named_group
