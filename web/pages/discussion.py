"""A discussion: its log from where the reader is, its participants, and the place to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list
from starlette.requests import Request
from starlette.responses import Response

from app import delivery, discussions, mailbox, quotes
from app.delivery import Delivered, Delivery, State
from app.discussions import Overview
from app.errors import NotFound
from app.events import Attached, Line
from app.site import Identity, Site
from store.columns import new_id
from web.i18n import mark
from web.identity import who
from web.pages import held
from web.pages.boxes import counts, is_box_name
from web.pages.filling import filled
from web.pages.going import go_to
from web.pages.previewing import Preview
from web.pages.recipient_fields import RecipientField
from web.rendering import View, render, site_of, view_of
from web.timeline import Item, Reader, lay_out

BEFORE_NEW = 10
"""Entries shown before the first unread one, or before the one that a link leads to."""
AT_ONCE = 50
MOST_NEW = 200
NAMES_SHOWN = 10
MOST_WITHOUT = 50
"""People who did not get the message who are named in the panel; the API names them all."""

ADD = RecipientField("add", mark("Person or group"))
READ_BY_EVERYONE = mark("Read by everyone")
READ_BY = mark("Read by {names}")


@dataclass(frozen=True)
class Log:
    """The part of the log that a page shows."""

    items: Sequence[Item]
    first: int
    last: int
    earlier: bool
    later: bool
    starts: str
    """Where it begins without scripts: at what is `new`, at the `end`, or (empty) where the address or a form leads."""


@dataclass(frozen=True)
class Adding:
    """The form in the participants' panel. `open`: the panel is shown at once, with what was chosen so far."""

    field: RecipientField = ADD
    share_history: bool = True
    open: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Report:
    """For the author of the message: what became of it, by person, and who is without it."""

    delivery: Delivery
    states: dict[str, State]
    without: Sequence[Delivered]


@dataclass(frozen=True)
class Reply:
    """What the composer holds."""

    client_id: str
    body: str = ""
    quoted: Line | None = None
    files: Sequence[Attached] = ()
    previewed: Preview | None = None
    error: str = ""


async def show(request: Request) -> Response:
    """The discussion, at the first unread entry or where the address leads."""
    try:
        return await show_with(request)
    except NotFound:
        return await held.show_instead(request)


async def show_with(
    request: Request, *, adding: Adding | None = None, reply: Reply | None = None, status: int = 200
) -> Response:
    """The discussion with what a form held that could not be carried out."""
    site, me = site_of(request), who(request)
    overview = await discussions.overview(site, me, request.path_params["id"])
    view = view_of(request, now=site.now())
    shelves = await counts(site, me)
    named = await box_of(request)
    box = named if shelves.knows(named) else "inbox"
    context = {
        "overview": overview,
        "box": box,
        "kept": "" if box == "inbox" else f"&box={box}",
        "box_title": shelves.title(request, box),
        "page": await mailbox.box(site, me, box),
        "counts": shelves,
        "log": await _log(request, overview, view),
        "seen": await _seen(site, me, overview, view),
        "can_reply": overview.reply_policy == "everyone",
        "adding": adding or Adding(),
        "report": await report_of(site, me, overview),
        "reply": reply or Reply(new_id(), quoted=await _quoted(request, overview)),
        "here_unread": overview.own.unread > 0,
    }
    return await render(request, "discussion.html", status=status, **context)


async def report_of(site: Site, me: Identity, overview: Overview) -> Report | None:
    """What her own message has become; None of somebody else's."""
    if overview.author.id != me.person_id:
        return None
    found = await delivery.report(site, me, overview.id, limit=None)
    without = [one for one in found.items if one.state == "unreached"]
    return Report(found, {one.id: one.state for one in found.items}, without[:MOST_WITHOUT])


async def mark_read(request: Request) -> Response:
    """Without scripts nothing tells what was on screen, so the reader says it herself."""
    form = await request.form()
    seq = number(str(form.get("seq", "")))
    if seq is None:
        raise NotFound
    await discussions.mark_read(site_of(request), who(request), request.path_params["id"], seq)
    return go_to(f"/discussions/{request.path_params['id']}{await kept_box(request)}#e{seq}")


async def _log(request: Request, overview: Overview, view: View) -> Log:
    site, me = site_of(request), who(request)
    found = await discussions.entries(site, me, overview.id, **_wanted(request, overview))
    reader = Reader(me.person_id, overview.own.read_seq, view.dates, overview.own.from_seq)
    elsewhere = await quotes.quoted(site, me, overview.id, found.items)
    first = found.items[0].seq if found.items else overview.own.from_seq
    last = found.items[-1].seq if found.items else overview.head
    return Log(
        lay_out(found.items, reader, elsewhere),
        first,
        last,
        first > overview.own.from_seq,
        last < overview.head,
        _starts(request, overview),
    )


def _wanted(request: Request, overview: Overview) -> dict[str, Any]:
    """Which part of the log: the one that the address names, else around the first unread, else the end."""
    asked = {name: number(request.query_params.get(name, "")) for name in ("before", "after", "at")}
    if asked["before"]:
        return {"before": asked["before"], "limit": AT_ONCE}
    if asked["after"]:
        return {"after": asked["after"], "limit": AT_ONCE}
    at = asked["at"] or (overview.own.read_seq + 1 if overview.own.unread else None)
    # Near the end the page simply goes to the end, where it stays live.
    if at is None or overview.head - at < AT_ONCE - BEFORE_NEW:
        return {"limit": AT_ONCE}
    limit = AT_ONCE if asked["at"] else MOST_NEW
    return {"after": max(0, at - 1 - BEFORE_NEW), "limit": limit}


def _starts(request: Request, overview: Overview) -> str:
    given = request.query_params
    if request.method == "POST" or any(given.get(name) for name in ("at", "after", "reply_to")):
        return ""
    return "new" if overview.own.unread and not given.get("before") else "end"


async def _seen(site: Site, me: Identity, overview: Overview, view: View) -> str:
    """Who has read one's own last words, as a sentence; empty where it is not the last or nobody has."""
    if not overview.head:
        return ""
    last = await line_of(site, me, overview, overview.head)
    others = [person for person in overview.participants if person.id != me.person_id]
    readers = [person.name for person in others if person.read_seq >= overview.head]
    if last is None or last.author.id != me.person_id or last.kind not in ("message", "reply") or not readers:
        return ""
    if len(readers) == len(others) > 1:
        return view.gettext(READ_BY_EVERYONE)
    return view.gettext(READ_BY).format(names=format_list(readers[:NAMES_SHOWN], locale=view.language.locale))


async def _quoted(request: Request, overview: Overview) -> Line | None:
    seq = number(request.query_params.get("reply_to", ""))
    return await line_of(site_of(request), who(request), overview, seq)


async def line_of(site: Site, me: Identity, overview: Overview, seq: int | None) -> Line | None:
    """One line of the log; None where she sees none with this number."""
    if not seq:
        return None
    found = await discussions.entries(site, me, overview.id, after=seq - 1, limit=1)
    return next((line for line in found.items if line.seq == seq), None)


async def box_of(request: Request) -> str:
    """The box from which one came: it stays beside the discussion."""
    box = request.query_params.get("box")
    if box is None and request.method == "POST":
        box = str((await filled(request)).fields.get("box", ""))
    return box if box is not None and is_box_name(box) else "inbox"


async def kept_box(request: Request) -> str:
    """The query that keeps the box beside the discussion."""
    box = await box_of(request)
    return "" if box == "inbox" else f"?box={box}"


def number(text: str) -> int | None:
    """The number that an address or a form names; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
