"""The home page: what is new, what goes on, what waits to be sent, with whom, and who is there. Each thing once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from app import company, directory, drafts, mailbox
from app.directory import PersonCard
from app.drafts import Draft
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
MOST_ASKED = 100
"""People with whom one writes, and as many others on this node, of whom it is asked whether they are online."""
FEW = 30
"""Who writes with fewer than so many people is told when others come, too: of those who were here lately."""


@dataclass(frozen=True)
class Home:
    """What the blocks hold; `more_…` says that there is more than is shown.

    `watched`: people who are not shown, and may belong here once they come.
    """

    new: Sequence[Row]
    more_new: bool
    progress: Sequence[Row]
    more_progress: bool
    drafts: Sequence[Draft]
    more_drafts: bool
    correspondents: Sequence[PersonCard]
    online: Sequence[PersonCard]
    watched: Sequence[str]


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
    correspondents, online, watched = await _company(node, me, latest.items)
    return Home(
        new=new[:MOST_NEW],
        more_new=more_new,
        progress=read[:MOST_IN_PROGRESS],
        more_progress=len(read) > MOST_IN_PROGRESS or latest.next is not None,
        drafts=waiting.items,
        more_drafts=waiting.next is not None,
        correspondents=correspondents,
        online=online,
        watched=watched,
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


async def _company(
    node: Node, me: Identity, rows: Sequence[Row]
) -> tuple[list[PersonCard], list[PersonCard], list[str]]:
    """With whom one writes most, as far as one may; who else is online; and who may come."""
    close = (await company.main_correspondents(node.site, me, rows))[:MOST_ASKED]
    known = {me.person_id, *close}
    others = list(islice((person for person in node.hub.people if person not in known), MOST_ASKED))
    if len(close) < FEW:
        others += await directory.seen_lately(node.site, MOST_ASKED - len(close))
    found = await directory.cards(node.site, me, node.connected, [*close, *others])
    found.pop(me.person_id, None)
    correspondents = [found[one] for one in close if one in found and found[one].may_write]
    main = correspondents[:MOST_CORRESPONDENTS]
    online = [card for card in found.values() if card.online and card not in main][:MOST_ONLINE]
    shown = {card.id for card in (*main, *online)}
    return main, online, [one for one in found if one not in shown][:MOST_ASKED]
