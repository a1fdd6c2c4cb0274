"""Sending later from a page: times that are offered, the one that was chosen, and quiet hours as a writer sees them.

A time is chosen as clocks show it where the person is; `app.rules.local_time` says which moment that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData

from app.errors import FieldError, InvalidInput
from app.rules.leaving import suggestions
from app.rules.local_time import moment_of
from app.site import Identity, Site
from app.urgency import may_be_urgent
from web.dates import zone_called

ACTION = "later"
LONGEST = 40


@dataclass(frozen=True)
class Offer:
    """A time that is offered: `name` says which (see `app.rules.leaving`), `wall` what clocks show then."""

    name: str
    wall: str
    at: datetime


@dataclass(frozen=True)
class Later:
    """What "Send later" shows: what was typed into the field, and whether it is wrong."""

    typed: str
    offers: Sequence[Offer]
    zone: str
    wrong: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is shown at once, because something was chosen."""
        return bool(self.typed) or self.wrong


@dataclass(frozen=True)
class Quiet:
    """What a writer is told of quiet hours: until when, if it is so now, and whether she may mark a message urgent."""

    until: datetime | None = None
    may_be_urgent: bool = False


def plain(action: str) -> str:
    """What a button asks for, without the time that it may name."""
    return ACTION if action.startswith(f"{ACTION}:") else action


def typed_in(form: FormData) -> str:
    """What the field for the time holds, or what the pressed button stands for."""
    named = str(form.get("action", "")).partition(":")[2]
    return (named or str(form.get("send_at", "")))[:LONGEST]


def chosen(me: Identity, typed: str) -> datetime:
    """The moment that was chosen. Raises `InvalidInput` for `at` when it is none."""
    try:
        return moment_of(datetime.fromisoformat(typed).replace(tzinfo=None), zone_called(me.time_zone))
    except (ValueError, OverflowError):
        raise InvalidInput(FieldError("at", "invalid", "This is no day and time.")) from None


def offered(site: Site, me: Identity, typed: str = "", *, wrong: bool = False) -> Later:
    """What "Send later" shows to this person now."""
    zone = zone_called(me.time_zone)
    offers = [
        Offer(name, wall.isoformat(timespec="minutes"), moment_of(wall, zone))
        for name, wall in suggestions(site.now(), zone, site.settings.quiet)
    ]
    return Later(typed, offers, str(zone), wrong)


def as_typed(me: Identity, at: datetime) -> str:
    """A moment as the field takes it."""
    wall = at.astimezone(zone_called(me.time_zone)).replace(tzinfo=None)
    return wall.isoformat(timespec="minutes")


async def quiet_hours(site: Site, me: Identity) -> Quiet:
    """What this person is told of quiet hours now; nothing where there are none."""
    if site.settings.quiet is None:
        return Quiet()
    return Quiet(site.settings.quiet.until(site.now()), await may_be_urgent(site, me))
