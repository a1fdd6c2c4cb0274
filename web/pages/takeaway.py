"""A whole discussion to take away: on paper, or as a file."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app import discussions, mailbox, quotes
from app.downloading import whole
from app.errors import NotFound
from store.database import StoreUnavailable
from web.downloads import download as as_file
from web.identity import who
from web.limits import DOWNLOADING, spend
from web.rendering import page, site_of, view_of
from web.timeline import Reader, lay_out

SPLIT = "<!-- the log -->"


async def download(request: Request) -> Response:
    """The discussion as text or JSON."""
    form = request.query_params.get("as", "text")
    if form not in ("text", "json"):
        raise NotFound
    site, me = site_of(request), who(request)
    await spend(site, DOWNLOADING, me)
    overview = await discussions.overview(site, me, request.path_params["id"])
    view = view_of(request, now=site.now())
    return as_file(site, me, overview, "json" if form == "json" else "text", view)


async def on_paper(request: Request) -> Response:
    """All that one sees of it on one page; where scripts run, the printer is asked at once."""
    site, me = site_of(request), who(request)
    await spend(site, DOWNLOADING, me)
    overview = await discussions.overview(site, me, request.path_params["id"])
    view = view_of(request, (await mailbox.unread(site, me)).count, site.now())
    frame = page("print.html", view, overview=overview, split=SPLIT)
    head, _, foot = frame.partition(SPLIT)

    async def pieces() -> AsyncIterator[str]:
        yield head
        reader = Reader(me.person_id, overview.head, view.dates)
        day = None
        try:
            async for lines in whole(site, me, overview):
                items = lay_out(lines, reader, await quotes.quoted(site, me, overview.id, lines))
                if items and items[0].day == day:
                    # The day goes on over the seam between two parts.
                    items = items[1:]
                day = view.dates.day_of(lines[-1].at)
                yield page("print_entries.html", view, items=items, overview=overview)
        except (NotFound, StoreUnavailable):
            yield page("print_cut_short.html", view)
        yield foot

    return StreamingResponse(pieces(), headers={"Content-Type": "text/html; charset=utf-8"})
