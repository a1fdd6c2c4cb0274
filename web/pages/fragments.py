"""Parts of pages that the browser puts in place while a page stays open: the same templates, the same markup."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from app import discussions, drafts, folders, mailbox
from app.errors import NotFound, NotSignedIn
from app.senders import likely_senders
from web.identity import who
from web.limits import SEARCHING, spend
from web.pages.boxes import DRAFTS, counts, is_box_name, wanted_in
from web.pages.discussion import Adding, box_of, report_of
from web.pages.home import home_of
from web.rendering import node_of, render_part, site_of

MOST_ROWS = 50

Endpoint = Callable[[Request], Awaitable[Response]]


def signed_in(endpoint: Endpoint) -> Endpoint:
    """Scripts are told 401 instead of being led to the sign-in page."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except NotSignedIn:
            return Response(status_code=401)

    return answered


@signed_in
async def rows(request: Request) -> Response:
    """The rows of some discussions, in the order of their box; those that are not in it (any more) are absent."""
    site, me, given = site_of(request), who(request), request.query_params
    box, ids = given.get("box", ""), given.get("ids", "").split(",")[:MOST_ROWS]
    if box == DRAFTS:
        return render_part(request, "fragments/drafts.html", drafts=await drafts.among(site, me, ids))
    if not is_box_name(box):
        raise NotFound
    found = await mailbox.among(site, me, box, ids, wanted_in(request))
    selectable = given.get("selectable") == "yes"
    return render_part(request, "fragments/rows.html", rows=found, box=box, selectable=selectable)


@signed_in
async def senders(request: Request) -> Response:
    """People whose messages one may look for in a box, by first letters."""
    site, me, given = site_of(request), who(request), request.query_params
    box = given.get("box", "")
    if not is_box_name(box):
        raise NotFound
    await spend(site, SEARCHING, me)
    found = await likely_senders(site, me, given.get("q", ""))
    return render_part(request, "fragments/senders.html", box=box, wanted=wanted_in(request), senders=found)


@signed_in
async def home_blocks(request: Request) -> Response:
    """What stands on the home page."""
    return render_part(request, "home_blocks.html", home=await home_of(node_of(request), who(request)))


@signed_in
async def boxes(request: Request) -> Response:
    """The side navigation with its counts."""
    box = request.query_params.get("box", "")
    return render_part(
        request, "fragments/boxes.html", box=box, counts=await counts(site_of(request), who(request))
    )


@signed_in
async def waiting(request: Request) -> Response:
    """One's own messages that leave later."""
    cursor = request.query_params.get("waiting")
    page = await drafts.list_waiting(site_of(request), who(request), cursor=cursor)
    return render_part(request, "fragments/waiting.html", page=page)


@signed_in
async def own_view(request: Request) -> Response:
    """What one can do with a discussion for oneself, as it is now."""
    site, me = site_of(request), who(request)
    overview = await discussions.overview(site, me, request.path_params["id"])
    tree = await folders.tree(site, me)
    box = await box_of(request)
    return render_part(request, "fragments/own_view.html", overview=overview, box=box, folders=tree)


@signed_in
async def participants(request: Request) -> Response:
    """The panel of a discussion's participants."""
    site, me = site_of(request), who(request)
    overview = await discussions.overview(site, me, request.path_params["id"])
    report = await report_of(site, me, overview)
    return render_part(
        request, "fragments/participants.html", overview=overview, adding=Adding(), report=report
    )
