"""What one does with a discussion for oneself: mute it, mark it unread from an entry, link to that entry."""

from starlette.requests import Request
from starlette.responses import Response

from app import discussions, filing
from app.discussions import Overview
from app.errors import NotFound
from app.events import Line
from web.identity import who
from web.pages.boxes import counts
from web.pages.discussion import box_of, kept_box, line_of, number
from web.pages.going import go_to
from web.rendering import render, site_of


async def entry(request: Request) -> Response:
    """One entry, its address, and what can be done with it."""
    overview, line = await _entry(request, request.path_params["seq"])
    box = await box_of(request)
    address = f"/discussions/{overview.id}?at={line.seq}#e{line.seq}"
    return await render(
        request,
        "entry.html",
        overview=overview,
        line=line,
        box=box,
        kept="" if box == "inbox" else f"&box={box}",
        link=str(request.base_url).rstrip("/") + address,
    )


async def unread(request: Request) -> Response:
    """Mark as unread from an entry on, and leave: on the page it would soon be read again."""
    site, me, form = site_of(request), who(request), await request.form()
    overview, line = await _entry(request, str(form.get("seq", "")))
    await discussions.mark_unread(site, me, overview.id, line.seq)
    named = await box_of(request)
    box = named if (await counts(site, me)).knows(named) else "inbox"
    return go_to(f"/boxes/{box}#row-{overview.id}")


async def mute(request: Request) -> Response:
    """No badge and no notification, or again."""
    discussion_id, form = request.path_params["id"], await request.form()
    await filing.mute(site_of(request), who(request), discussion_id, muted=form.get("muted") == "yes")
    return go_to(f"/discussions/{discussion_id}{await kept_box(request)}#end")


async def _entry(request: Request, seq: str) -> tuple[Overview, Line]:
    site, me = site_of(request), who(request)
    overview = await discussions.overview(site, me, request.path_params["id"])
    line = await line_of(site, me, overview, number(seq))
    if line is None:
        raise NotFound
    return overview, line
