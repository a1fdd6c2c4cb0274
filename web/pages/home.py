"""The home page: what is new, what goes on, what waits to be sent, with whom, and who is there. Each thing once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from app import company, drafts, mailbox
from app.drafts import Draft
from app.events import PersonRef
from app.mailbox import Row, Wanted
from app.site import Identity, Site
from web.identity import who
from web.node import Node
from web.pages.boxes import counts
from web.rendering import node_of, render, site_of

LOOKED_AT = 100
MOST_NEW = 10
MOST_IN_PROGRESS = 10
MOST_DRAFTS = 5
MOST_CORRESPONDENTS = 8
MOST_ONLINE = 12
MOST_ASKED = 200
"""People of whom it is asked whether they are online."""


@dataclass(frozen=True)
class Home:
    """What the blocks hold; `more_…` says that there is more than is shown. `here`: who of them is online."""

    new: Sequence[Row]
    more_new: bool
    progress: Sequence[Row]
    more_progress: bool
    drafts: Sequence[Draft]
    more_drafts: bool
    correspondents: Sequence[PersonRef]
    online: Sequence[PersonRef]
    here: set[str]


async def show(request: Request) -> Response:
    """The home page."""
    site, me = site_of(request), who(request)
    shown = await home_of(node_of(request), me)
    return await render(request, "home.html", home=shown, counts=await counts(site, me))


async def home_of(node: Node, me: Identity) -> Home:
    """What the blocks of a person's home hold now."""
    site = node.site
    latest = await mailbox.box(site, me, "progress", limit=LOOKED_AT)
    new, more_new = await _new(site, me, latest.items)
    read = [row for row in latest.items if not row.is_new]
    waiting = await drafts.list_drafts(site, me, limit=MOST_DRAFTS)
    close = await company.main_correspondents(site, me, latest.items)
    correspondents = (await company.writable(site, me, close[: 2 * MOST_CORRESPONDENTS]))[
        :MOST_CORRESPONDENTS
    ]
    here = await _online(node, close)
    main = {person.id for person in correspondents}
    others = [person for person in here if person not in main]
    return Home(
        new=new[:MOST_NEW],
        more_new=more_new,
        progress=read[:MOST_IN_PROGRESS],
        more_progress=len(read) > MOST_IN_PROGRESS or latest.next is not None,
        drafts=waiting.items,
        more_drafts=waiting.next is not None,
        correspondents=correspondents,
        online=(await company.writable(site, me, others[: 2 * MOST_ONLINE]))[:MOST_ONLINE],
        here=set(here),
    )


async def _new(site: Site, me: Identity, latest: Sequence[Row]) -> tuple[list[Row], bool]:
    """What the badge counts, and whether there is more of it; what is old is only looked for where there is such."""
    new = [row for row in latest if row.is_new]
    if len(new) > MOST_NEW:
        return new, True
    count = (await mailbox.unread(site, me)).count
    if len(new) < count:
        # What is muted may stand between, and the oldest may stand further back than one look goes.
        page = await mailbox.box(site, me, "progress", limit=LOOKED_AT, wanted=Wanted(unread=True))
        new = [row for row in page.items if row.is_new]
    return new, len(new) > MOST_NEW or len(new) < count


async def _online(node: Node, close: Sequence[str]) -> list[str]:
    """Who is connected: those with whom one writes, on any node, then others on this one."""
    asked = list(close[:MOST_ASKED])
    elsewhere = await node.sessions.connected_elsewhere(asked)
    there = [person for person in asked if person in elsewhere or person in node.hub.people]
    known = set(there)
    return there + list(islice((person for person in node.hub.people if person not in known), MOST_ASKED))
