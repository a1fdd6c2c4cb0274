"""The line on every page that points out messages forgotten unsent; dismissed, it is silent about them for good."""

from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import GNUTranslations

from starlette.requests import Request

from app import forgotten
from app.forgotten import Forgotten
from app.site import Identity, Site
from web.dates import Dates

NUDGED_COOKIE = "parley-nudged"
"""When it was dismissed last, in seconds since 1970."""
IN_FRONT = ("/drafts/", "/boxes/drafts")
"""Pages on which such messages are what one is looking at."""


@dataclass(frozen=True)
class Nudge:
    """What the line says, and where it leads."""

    sentence: str
    address: str


async def looked_up(request: Request, site: Site, who: Identity | None) -> Forgotten | None:
    """What there is to point out on the page that `request` asks for. Raises `StoreUnavailable`."""
    if who is None or request.url.path.startswith(IN_FRONT):
        return None
    return await forgotten.forgotten(site, who, dismissed_at=_dismissed_at(request))


def said(waiting: Forgotten, dates: Dates, sentences: GNUTranslations) -> Nudge:
    """The same for the reader: by the hour today, by the day before."""
    n = waiting.count
    address = f"/drafts/{waiting.oldest}" if n == 1 else "/boxes/drafts"
    if dates.day_of(waiting.since) == dates.today:
        sentence = sentences.ngettext(
            "One message waits to be sent since {time}",
            "{n} messages wait to be sent, the first since {time}",
            n,
        ).format(n=n, time=dates.clock(waiting.since))
    else:
        sentence = sentences.ngettext(
            "One message waits to be sent since {day}",
            "{n} messages wait to be sent, the first since {day}",
            n,
        ).format(n=n, day=dates.short_day(waiting.since))
    return Nudge(sentence, address)


def _dismissed_at(request: Request) -> datetime | None:
    value = request.cookies.get(NUDGED_COOKIE, "")
    return (
        datetime.fromtimestamp(int(value), UTC)
        if value.isascii() and value.isdigit() and len(value) < 11
        else None
    )
