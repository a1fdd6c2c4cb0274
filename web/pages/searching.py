"""The page of searching: a plain form, and what was found. Nothing that is typed or sent along is an error."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app import folders
from app.errors import InvalidInput
from app.folders import OwnFolder
from app.search import Found, Wanted, search
from web.identity import who
from web.limits import SEARCHING, spend
from web.rendering import render, site_of

IDENTIFIER = re.compile("[0-9a-f]{32}")
ADDRESS = "/search"


@dataclass(frozen=True)
class Chip:
    """A filter that is set: which one, what it is set to, and where the search goes on without it."""

    name: str
    value: str
    href: str


async def show(request: Request) -> Response:
    """The form and, if something is wanted, a page of results."""
    site, me = site_of(request), who(request)
    own = await folders.tree(site, me)
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    wanted = _wanted(given, own)
    page = None
    if not wanted.is_nothing:
        await spend(site, SEARCHING, me)
        with suppress(InvalidInput):  # a cursor that was not given out here
            page = await search(site, me, wanted, cursor=given.get("cursor"))
        page = page or await search(site, me, wanted)
    return await render(
        request,
        "search.html",
        wanted=wanted,
        own_folders=own,
        page=page,
        paged="cursor" in given,
        chips=list(_chips(wanted, own)),
        older=_href(_query(wanted) | {"cursor": page.next}) if page and page.next else None,
        newest=_href(_query(wanted)),
        pieces=pieces,
        address_of=address_of,
    )


def pieces(text: str, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """A text in pieces, and whether each of them is what was looked for. The template escapes them."""
    at = 0
    for start, end in marks:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def address_of(found: Found) -> str:
    """Where a result leads: to the entry itself, or to the message that is not sent yet."""
    if found.seq is not None:
        return f"/discussions/{found.discussion}?at={found.seq}#e{found.seq}"
    return f"/{'discussions' if found.kind == 'held' else 'drafts'}/{found.discussion}"


def _wanted(given: Mapping[str, str], own: list[OwnFolder]) -> Wanted:
    folder = given.get("folder", "")
    return Wanted(
        q=given.get("q", ""),
        sender=given.get("from", ""),
        unread="unread" in given,
        attachment="attachment" in given,
        folder=folder if any(one.id == folder for one in own) else None,
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _query(wanted: Wanted) -> dict[str, str]:
    query = {
        "q": wanted.q,
        "from": wanted.sender,
        "unread": "yes" if wanted.unread else "",
        "attachment": "yes" if wanted.attachment else "",
        "folder": wanted.folder or "",
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
    }
    return {name: value for name, value in query.items() if value.strip()}


def _href(query: Mapping[str, str]) -> str:
    return f"{ADDRESS}?{urlencode(query)}" if query else ADDRESS


def _chips(wanted: Wanted, own: list[OwnFolder]) -> Iterator[Chip]:
    query = _query(wanted)
    for name, value in query.items():
        if name != "q":
            without = {other: kept for other, kept in query.items() if other != name}
            names = [one.name for one in own if name == "folder" and one.id == value]
            yield Chip(name, names[0] if names else value, _href(without))
