"""Boxes and discussions: what there is, its log, how far one has read."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import discussions, mailbox
from app.discussions import Entries, Overview
from app.mailbox import Row, Wanted
from app.paging import Page
from web.api.operation import Call, answer, done, operation
from web.api.wire import Cursor, Id, Seq, Text


class BoxQuery(msgspec.Struct, frozen=True):
    """`inbox`, `progress` (all active ones, one's own included), `sent`, `trash` or `folder:<id>`.

    Newest activity first. `unread`, `from` (who wrote the message) and `attachments` say what of it is wanted.
    """

    box: Annotated[Text, Meta(max_length=100)] = "inbox"
    unread: bool = False
    author: Id | None = msgspec.field(default=None, name="from")
    attachments: bool = False
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 30


class EntriesQuery(msgspec.Struct, frozen=True):
    """`after`: the first ones after; `before`: the last ones before; neither: the last ones."""

    after: Seq | None = None
    before: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class Mark(msgspec.Struct, frozen=True):
    """The number of an entry."""

    seq: Seq


@operation("List a box", query=BoxQuery, gives={200: Page[Row]}, refuses=(404,))
async def index(call: Call, given: BoxQuery) -> Response:
    """One page of a box. Of what is wanted, it may hold fewer rows than `limit` although `next` leads on."""
    wanted = Wanted(unread=given.unread, author=given.author, attachments=given.attachments)
    page = await mailbox.box(
        call.site, call.who, given.box, cursor=given.cursor, limit=given.limit, wanted=wanted
    )
    return answer(page)


@operation("Show a discussion", gives={200: Overview}, refuses=(404,))
async def show(call: Call) -> Response:
    """Subject, participants, head, and one's own state in it."""
    return answer(await discussions.overview(call.site, call.who, call.id()))


@operation("Read the log", query=EntriesQuery, gives={200: Entries}, refuses=(404,))
async def entries(call: Call, given: EntriesQuery) -> Response:
    """Entries within one's bounds of sight, of the same shape as on the live socket."""
    found = await discussions.entries(
        call.site, call.who, call.id(), after=given.after, before=given.before, limit=given.limit
    )
    return answer(found)


@operation("Mark as read", takes=Mark, gives={204: None}, refuses=(404,))
async def read(call: Call, given: Mark) -> Response:
    """Read up to `seq`: only moves forward, at most to the head."""
    await discussions.mark_read(call.site, call.who, call.id(), given.seq)
    return done()


@operation("Mark as unread", takes=Mark, gives={204: None}, refuses=(404,))
async def unread(call: Call, given: Mark) -> Response:
    """Makes `seq` the first unread entry."""
    await discussions.mark_unread(call.site, call.who, call.id(), given.seq)
    return done()
