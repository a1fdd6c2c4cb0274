"""The boxes: inbox, discussions in progress, sent, one's messages in progress, own folders, trash."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app import drafts, folders, mailbox, people
from app.errors import NotFound
from app.events import PersonRef
from app.folders import OwnFolder
from app.looking import look_through
from app.mailbox import Row, Wanted
from app.paging import Page
from app.senders import likely_senders
from app.site import Identity, Site
from web.i18n import mark
from web.identity import who
from web.limits import SEARCHING, spend
from web.pages.done import Done
from web.pages.going import go_to
from web.rendering import render, sentence, site_of

TITLES = {
    "inbox": mark("Inbox"),
    "progress": mark("Discussions in progress"),
    "sent": mark("Sent"),
    "trash": mark("Trash"),
}
DRAFTS = "drafts"
DRAFTS_TITLE = mark("Your messages in progress")
FOLDER = "folder:"
LARGEST_PAGE = 100
PAGES_LOOKED_THROUGH = 5
IDENTIFIER = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Counts:
    """What stands beside each box: what is unread in it, and how many messages wait to be sent.

    `unread` is the badge's number: all together.
    """

    unread: int
    boxes: Mapping[str, int]
    folders: list[OwnFolder]

    def folder(self, box: str) -> OwnFolder | None:
        """The folder that is the box called so."""
        return next((one for one in self.folders if box == f"{FOLDER}{one.id}"), None)

    def knows(self, box: str) -> bool:
        """Whether there is such a box of discussions."""
        return box in TITLES or self.folder(box) is not None

    def title(self, request: Request, box: str) -> str:
        """What the box is called, in the language of who reads."""
        folder = self.folder(box)
        return folder.name if folder else sentence(request, TITLES.get(box, DRAFTS_TITLE))


@dataclass(frozen=True)
class Chip:
    """A filter: which one, whether it is set, and where it leads."""

    name: str
    is_set: bool
    href: str


def is_box_name(name: str) -> bool:
    """Whether a box of discussions may be called so; whose a folder is must be asked."""
    return name in TITLES or bool(IDENTIFIER.fullmatch(name.removeprefix(FOLDER)) and name.startswith(FOLDER))


async def show(request: Request) -> Response:
    """One page of a box."""
    return await show_with(request)


async def show_with(request: Request, done: Done | None = None) -> Response:
    """One page of a box, and what was just done in it."""
    site, me = site_of(request), who(request)
    box, cursor = request.path_params["box"], request.query_params.get("cursor")
    shelves = await counts(site, me)
    wanted, named = wanted_in(request), request.query_params.get("sender", "")
    leaving, leaving_after = None, request.query_params.get("waiting", "")
    if box == DRAFTS:
        page: object = await drafts.list_drafts(site, me, cursor=cursor)
        leaving = await drafts.list_waiting(site, me, cursor=leaving_after or None)
    elif shelves.knows(box):
        page = await look_through(site, me, box, cursor=cursor, wanted=wanted)
    else:
        raise NotFound
    return await render(
        request,
        "box.html",
        box=box,
        box_title=shelves.title(request, box),
        page=page,
        leaving=leaving,
        leaving_after=leaving_after,
        paged=cursor is not None,
        counts=shelves,
        wanted=wanted,
        query=query_of(wanted),
        chips=list(_chips(box, wanted)),
        sender=await _sender(site, wanted),
        named=named,
        senders=await _senders(site, me, page, named),
        until=site.now().isoformat(),
        done=done,
    )


async def unread(request: Request) -> Response:
    """Lead straight to the new message when it is one, to the list when there are more (or none any more)."""
    site, me = site_of(request), who(request)
    if (await mailbox.unread(site, me)).count == 1:
        found = await _only_unread(site, me)
        if found:
            return go_to(f"/discussions/{found}#new")
    return go_to("/boxes/inbox")


async def counts(site: Site, me: Identity) -> Counts:
    """What stands beside the boxes, and which folders there are."""
    news = await mailbox.unread(site, me)
    waiting = await drafts.count_drafts(site, me) + await drafts.count_waiting(site, me)
    return Counts(news.count, {**news.boxes, DRAFTS: waiting}, await folders.tree(site, me))


def wanted_in(request: Request) -> Wanted:
    """What of a box the address asks for."""
    given = request.query_params
    author = given.get("from", "")
    return Wanted(
        unread=given.get("unread") == "yes",
        author=author if IDENTIFIER.fullmatch(author) else None,
        attachments=given.get("attachment") == "yes",
    )


def query_of(wanted: Wanted, **more: str) -> str:
    """What is wanted as the query of an address, with its question mark; empty when everything is."""
    query = {
        "unread": "yes" if wanted.unread else "",
        "attachment": "yes" if wanted.attachments else "",
        "from": wanted.author or "",
        **more,
    }
    set_ones = {name: value for name, value in query.items() if value}
    return f"?{urlencode(set_ones)}" if set_ones else ""


def _chips(box: str, wanted: Wanted) -> Iterator[Chip]:
    for name, is_set in (("unread", wanted.unread), ("attachment", wanted.attachments)):
        yield Chip(name, is_set, f"/boxes/{box}{query_of(wanted, **{name: '' if is_set else 'yes'})}")
    if wanted.author:
        yield Chip("from", True, f"/boxes/{box}{query_of(wanted, **{'from': ''})}")


async def _sender(site: Site, wanted: Wanted) -> str:
    """The name of who wrote what is wanted; empty where nobody is called so."""
    if not wanted.author:
        return ""
    try:
        return (await people.person_ref(site, wanted.author)).name
    except NotFound:
        return ""


async def _senders(site: Site, me: Identity, page: object, named: str) -> list[PersonRef]:
    """Whom one can choose at once: who was looked for by name, else who wrote what is on this page."""
    if named.strip():
        await spend(site, SEARCHING, me)
        return await likely_senders(site, me, named)
    rows = [row for row in page.items if isinstance(row, Row)] if isinstance(page, Page) else []
    found = {row.author.id: row.author for row in rows if row.author.id != me.person_id}
    return sorted(found.values(), key=lambda author: author.name.casefold())


async def _only_unread(site: Site, me: Identity) -> str | None:
    cursor = None
    for _ in range(PAGES_LOOKED_THROUGH):
        wanted = Wanted(unread=True)
        page = await look_through(site, me, "progress", cursor=cursor, limit=LARGEST_PAGE, wanted=wanted)
        found = next((row.id for row in page.items if row.is_new), None)
        cursor = page.next
        if found or cursor is None:
            return found
    return None
