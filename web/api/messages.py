"""Messages before they are sent (`web.api.sending`). What is sent lives on as a discussion of the same id."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import drafts
from app.drafts import Draft, DraftFields
from app.errors import VersionConflict
from app.events import Attached
from web.api.operation import Call, answer, done, operation
from web.api.wire import (
    AddressedTo,
    Addressee,
    Cursor,
    Items,
    Text,
    addressed_to,
    addresses,
)
from web.errors import Refused

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
    attachments: list[Text] | UnsetType = UNSET
    appointment: Appointment | UnsetType | None = UNSET
    reply_policy: Literal["everyone", "nobody"] | UnsetType = UNSET
    separately: bool | UnsetType = UNSET
    urgent: bool | UnsetType = UNSET


class Message(msgspec.Struct, frozen=True):
    """A message in progress. `version` is also its entity tag.

    At `returned_at` it came back, because it could not be sent when its time had come. While it is `held`, it leaves at
    `leaves_at`; `held_for` as in the answer to its sending.
    """

    id: str
    state: Literal["draft", "held"]
    kind: str
    subject: str
    body: str
    to: list[AddressedTo]
    cc: list[AddressedTo]
    attachments: tuple[Attached, ...]
    appointment: Appointment | None
    reply_policy: str
    separately: bool
    urgent: bool
    returned_at: datetime | None
    leaves_at: datetime | None
    held_for: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class MessagesQuery(msgspec.Struct, frozen=True):
    """Messages in progress, last changed first; or those that are `held` for longer, the next to leave first."""

    state: Literal["draft", "held"] = "draft"
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 30


@operation("List messages in progress", query=MessagesQuery, gives={200: Items[Message]})
async def index(call: Call, given: MessagesQuery) -> Response:
    """One's own drafts, or what waits for its time or for quiet hours to end; nobody else ever sees them."""
    listed = drafts.list_waiting if given.state == "held" else drafts.list_drafts
    page = await listed(call.site, call.who, cursor=given.cursor, limit=given.limit)
    return answer(Items([_message(draft) for draft in page.items], page.next))


@operation("Begin a message", takes=MessageFields, gives={201: Message}, refuses=(422,), versioned=True)
async def create(call: Call, given: MessageFields) -> Response:
    """Keeps a draft. Its id stays the discussion's id."""
    draft = await drafts.create(call.site, call.who, _fields(given))
    return message_answer(draft, 201, Location=f"/api/messages/{draft.id}")


@operation("Show a message in progress", gives={200: Message}, refuses=(404, 409), versioned=True)
async def show(call: Call) -> Response:
    """One's own draft; 409 `message_held` while it is on its way, `already_sent` once it is a discussion."""
    return message_answer(await drafts.get(call.site, call.who, call.id()))


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
    return message_answer(await drafts.change(call.site, call.who, draft_id, _fields(given), version=version))


@operation("Discard a message in progress", gives={204: None}, refuses=(404, 409))
async def discard(call: Call) -> Response:
    """Throws a draft away."""
    await drafts.discard(call.site, call.who, call.id())
    return done()


def _fields(given: MessageFields) -> DraftFields:
    starts_at, ends_at = _moments(given.appointment)
    return DraftFields(
        kind=given.kind,
        subject=given.subject,
        body=given.body,
        to=UNSET if given.to is UNSET else addresses("to", given.to),
        cc=UNSET if given.cc is UNSET else addresses("cc", given.cc),
        reply_policy=given.reply_policy,
        attachments=given.attachments,
        separately=given.separately,
        urgent=given.urgent,
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


def message_answer(draft: Draft, status: int = 200, **headers: str) -> Response:
    """A message in progress as an answer, with its version."""
    return answer(_message(draft), status, {"ETag": f'"{draft.version}"', **headers})


def _message(draft: Draft) -> Message:
    return Message(
        id=draft.id,
        state="held" if draft.held_for else "draft",
        kind=draft.kind,
        subject=draft.subject,
        body=draft.body,
        to=[addressed_to(recipient) for recipient in draft.to],
        cc=[addressed_to(recipient) for recipient in draft.cc],
        attachments=draft.attachments,
        appointment=Appointment(draft.starts_at, draft.ends_at) if draft.starts_at else None,
        reply_policy=draft.reply_policy,
        separately=draft.separately,
        urgent=draft.urgent,
        returned_at=draft.returned_at,
        leaves_at=draft.leaves_at,
        held_for=draft.held_for,
        version=draft.version,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
    )
