"""Messages before they are sent, and sending. What is sent lives on as a discussion of the same id."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import drafts, sending
from app.drafts import Draft, DraftFields
from app.errors import VersionConflict
from web.api.operation import Call, answer, done, operation
from web.api.wire import (
    AddressedTo,
    Addressee,
    Cursor,
    Items,
    addressed_to,
    addresses,
    refuse_attachments,
)
from web.errors import Refused
from web.limits import SENDING, spend

ENTITY_TAG = re.compile(r'^"(\d{1,9})"$')


Moment = Annotated[datetime, Meta(tz=True)]


class Appointment(msgspec.Struct, frozen=True):
    """Shown in the calendar from `starts_at` to `ends_at`, moments with a zone or an offset."""

    starts_at: Moment
    ends_at: Moment | None = None


class MessageFields(msgspec.Struct, frozen=True):
    """What the writer sets; what is left out stays as it is."""

    kind: Literal["message"] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    body: str | UnsetType = UNSET
    to: Annotated[list[Addressee], Meta(max_length=5000)] | UnsetType = UNSET
    cc: Annotated[list[Addressee], Meta(max_length=5000)] | UnsetType = UNSET
    attachments: list[str] = []
    appointment: Appointment | UnsetType | None = UNSET
    reply_policy: Literal["everyone", "nobody"] | UnsetType = UNSET


class Message(msgspec.Struct, frozen=True):
    """A message in progress. `version` is also its entity tag."""

    id: str
    state: Literal["draft"]
    kind: str
    subject: str
    body: str
    to: list[AddressedTo]
    cc: list[AddressedTo]
    attachments: tuple[()]
    appointment: Appointment | None
    reply_policy: str
    version: int
    created_at: datetime
    updated_at: datetime


class MessagesQuery(msgspec.Struct, frozen=True):
    """Messages in progress, last changed first."""

    state: Literal["draft"] = "draft"
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 30


class SentDiscussion(msgspec.Struct, frozen=True):
    """The discussion that a sent message is."""

    id: str
    subject: str


class Sent(msgspec.Struct, frozen=True):
    """The message is sent; `repeated` if it already was."""

    discussion: SentDiscussion
    repeated: bool


@operation("List messages in progress", query=MessagesQuery, gives={200: Items[Message]})
async def index(call: Call, given: MessagesQuery) -> Response:
    """One's own drafts; nobody else ever sees them."""
    page = await drafts.list_drafts(call.site, call.who, cursor=given.cursor, limit=given.limit)
    return answer(Items([_message(draft) for draft in page.items], page.next))


@operation("Begin a message", takes=MessageFields, gives={201: Message}, refuses=(422,), versioned=True)
async def create(call: Call, given: MessageFields) -> Response:
    """Keeps a draft. Its id stays the discussion's id."""
    draft = await drafts.create(call.site, call.who, _fields(given))
    return _answer(draft, 201, Location=f"/api/messages/{draft.id}")


@operation("Show a message in progress", gives={200: Message}, refuses=(404, 409), versioned=True)
async def show(call: Call) -> Response:
    """One's own draft; 409 `already_sent` for one's own sent message, which is a discussion now."""
    return _answer(await drafts.get(call.site, call.who, call.id()))


@operation(
    "Change a message in progress",
    takes=MessageFields,
    gives={200: Message},
    refuses=(404, 409, 412, 422, 428),
    versioned=True,
)
async def change(call: Call, given: MessageFields) -> Response:
    """Needs `If-Match` with the version that was read: an older one is refused, and the writer chooses."""
    draft_id = call.id()
    version = await _version_to_match(call, draft_id)
    return _answer(await drafts.change(call.site, call.who, draft_id, _fields(given), version=version))


@operation("Discard a message in progress", gives={204: None}, refuses=(404, 409))
async def discard(call: Call) -> Response:
    """Throws a draft away."""
    await drafts.discard(call.site, call.who, call.id())
    return done()


@operation("Send a message", gives={200: Sent}, refuses=(404, 422, 429))
async def send(call: Call) -> Response:
    """All or nothing, and once: 422 `no_recipients`, or `recipients_refused` with each one in `refused`."""
    await spend(call.site, SENDING, call.who)
    sent = await sending.send(call.site, call.who, call.id())
    return answer(Sent(SentDiscussion(sent.id, sent.subject), sent.sent_again))


def _fields(given: MessageFields) -> DraftFields:
    refuse_attachments(given.attachments)
    starts_at, ends_at = _moments(given.appointment)
    return DraftFields(
        kind=given.kind,
        subject=given.subject,
        body=given.body,
        to=UNSET if given.to is UNSET else addresses("to", given.to),
        cc=UNSET if given.cc is UNSET else addresses("cc", given.cc),
        reply_policy=given.reply_policy,
        starts_at=starts_at,
        ends_at=ends_at,
    )


Change = datetime | UnsetType | None


def _moments(appointment: Appointment | UnsetType | None) -> tuple[Change, Change]:
    if appointment is UNSET:
        return UNSET, UNSET
    if appointment is None:
        return None, None
    ends_at = appointment.ends_at
    return appointment.starts_at.astimezone(UTC), ends_at.astimezone(UTC) if ends_at else None


async def _version_to_match(call: Call, draft_id: str) -> int:
    """The version that `If-Match` names.

    Raises `Refused` (428) without it, `VersionConflict` if it is none that we gave out.
    """
    named = call.request.headers.get("if-match", "").strip()
    if not named:
        raise Refused(428, "precondition_required", 'Name the version you have read: If-Match: "1".')
    if match := ENTITY_TAG.match(named):
        return int(match[1])
    current = (await drafts.get(call.site, call.who, draft_id)).version
    if named == "*" or f'"{current}"' in [tag.strip() for tag in named.split(",")]:
        return current
    raise VersionConflict(current)


def _answer(draft: Draft, status: int = 200, **headers: str) -> Response:
    return answer(_message(draft), status, {"ETag": f'"{draft.version}"', **headers})


def _message(draft: Draft) -> Message:
    return Message(
        id=draft.id,
        state="draft",
        kind=draft.kind,
        subject=draft.subject,
        body=draft.body,
        to=[addressed_to(recipient) for recipient in draft.to],
        cc=[addressed_to(recipient) for recipient in draft.cc],
        attachments=(),
        appointment=Appointment(draft.starts_at, draft.ends_at) if draft.starts_at else None,
        reply_policy=draft.reply_policy,
        version=draft.version,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
    )
