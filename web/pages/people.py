"""People as others meet them: the directory, each person's page, and the parts of them that keep true as one looks."""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app import directory, groups
from app.acquaintance import acquaintance
from app.directory import PersonCard
from app.errors import InvalidInput, NotFound
from app.groups import GroupRef
from app.paging import Page
from store.recipients import FoundGroup
from web.identity import who
from web.limits import SEARCHING, spend
from web.pages.fragments import signed_in
from web.rendering import node_of, render, render_part, site_of

ADDRESS = "/people"
AT_ONCE = 50
SHARED_AT_ONCE = 20
LONGEST = 200
MOST_LINES = 100
FORMS = ("row", "head", "sign", "note")
"""How a person is shown: in a list, as the head of her page; or only the sign that one may write to her, or why not."""


@dataclass(frozen=True)
class Found:
    """What the directory shows: who was looked for, in which group, and who was found."""

    q: str
    group: GroupRef | None
    groups: list[FoundGroup]
    page: Page[PersonCard]
    paged: bool

    @property
    def older(self) -> str:
        """Where it goes on."""
        return self._address(cursor=self.page.next or "")

    @property
    def without_group(self) -> str:
        """The same search in the whole directory."""
        return self._address(group="")

    def _address(self, **changes: str) -> str:
        given = {"q": self.q, "group": self.group.id if self.group else "", **changes}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{ADDRESS}?{query}" if query else ADDRESS


async def index(request: Request) -> Response:
    """The directory."""
    return await render(request, "people.html", found=await _found(request))


async def show(request: Request) -> Response:
    """One person, and what the reader shares with her."""
    site, me, node = site_of(request), who(request), node_of(request)
    person_id, cursor = request.path_params["id"], request.query_params.get("cursor")
    about = None
    if cursor:
        with suppress(InvalidInput):  # a cursor that was not given out here
            about = await acquaintance(
                site, me, node.connected, person_id, cursor=cursor, limit=SHARED_AT_ONCE
            )
    paged = about is not None
    about = about or await acquaintance(site, me, node.connected, person_id, limit=SHARED_AT_ONCE)
    return await render(request, "person.html", about=about, paged=paged)


@signed_in
async def results(request: Request) -> Response:
    """What the directory shows, for the page to put in place as one types."""
    return render_part(request, "fragments/people.html", found=await _found(request))


@signed_in
async def lines(request: Request) -> Response:
    """Some people as they are shown now; whoever is not in the directory is absent."""
    given, node = request.query_params, node_of(request)
    form, ids = given.get("as", ""), given.get("ids", "").split(",")[:MOST_LINES]
    if form not in FORMS:
        raise NotFound
    found = await directory.cards(node.site, who(request), node.connected, ids)
    return render_part(request, "fragments/people_lines.html", cards=list(found.values()), form=form)


async def _found(request: Request) -> Found:
    site, me, node = site_of(request), who(request), node_of(request)
    given = request.query_params
    q, group = given.get("q", "").strip()[:LONGEST], given.get("group") or None
    cursor = given.get("cursor") or None
    await spend(site, SEARCHING, me)
    named = await groups.group_called(site, me, group) if group else None
    others = [] if group or cursor else await groups.find_groups(site, me, q)
    page = None
    if cursor:
        with suppress(InvalidInput):
            page = await directory.find(
                site, me, node.connected, q, group=group, cursor=cursor, limit=AT_ONCE
            )
    paged = page is not None
    page = page or await directory.find(site, me, node.connected, q, group=group, limit=AT_ONCE)
    return Found(q, named, others, page, paged)


people_routes: list[BaseRoute] = [
    Route("/people", index, methods=["GET"]),
    Route("/people/{id}", show, methods=["GET"]),
    Route("/fragments/people", results, methods=["GET"]),
    Route("/fragments/people/lines", lines, methods=["GET"]),
]
