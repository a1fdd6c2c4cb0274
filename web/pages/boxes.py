"""The boxes: inbox, discussions in progress, sent, and one's messages in progress."""

from starlette.requests import Request
from starlette.responses import Response

from app import drafts, mailbox
from app.errors import NotFound
from app.site import Identity, Site
from web.i18n import mark
from web.identity import who
from web.pages.going import go_to
from web.rendering import render, site_of

TITLES = {
    "inbox": mark("Inbox"),
    "progress": mark("Discussions in progress"),
    "sent": mark("Sent"),
}
DRAFTS = "drafts"
LARGEST_PAGE = 100
PAGES_LOOKED_THROUGH = 5


async def show(request: Request) -> Response:
    """One page of a box."""
    site, me = site_of(request), who(request)
    box, cursor = request.path_params["box"], request.query_params.get("cursor")
    if box == DRAFTS:
        page: object = await drafts.list_drafts(site, me, cursor=cursor)
    elif box in TITLES:
        page = await mailbox.box(site, me, box, cursor=cursor)
    else:
        raise NotFound
    context = {"box": box, "page": page, "paged": cursor is not None, "counts": await counts(site, me)}
    return await render(request, "box.html", **context)


async def unread(request: Request) -> Response:
    """Lead straight to the new message when it is one, to the list when there are more (or none any more)."""
    site, me = site_of(request), who(request)
    if (await mailbox.unread(site, me)).count == 1:
        found = await _only_unread(site, me)
        if found:
            return go_to(f"/discussions/{found}#new")
    return go_to("/boxes/inbox")


async def counts(site: Site, me: Identity) -> dict[str, int]:
    """What stands beside each box: what is unread in it, and how many messages wait to be sent."""
    return {
        "inbox": (await mailbox.unread(site, me)).count,
        DRAFTS: await drafts.count_drafts(site, me),
    }


async def _only_unread(site: Site, me: Identity) -> str | None:
    cursor = None
    for _ in range(PAGES_LOOKED_THROUGH):
        page = await mailbox.box(site, me, "inbox", cursor=cursor, limit=LARGEST_PAGE)
        found = next((row.id for row in page.items if row.unread and not row.muted), None)
        cursor = page.next
        if found or cursor is None:
            return found
    return None
