"""Sending a message: now, after a moment in which it can be taken back, or later."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import held
from app.errors import FieldError, InvalidInput
from app.events import PersonRef
from app.held import Held
from app.rules.leaving import HeldFor
from app.sending import Sent
from web.api.messages import Message, Moment, message_answer
from web.api.operation import Call, answer, operation
from web.limits import SENDING, spend

LONGEST_HOLD = 60


class Sending(msgspec.Struct, frozen=True):
    """`hold`: seconds in which nobody has the message and it can be taken back; 0: it is sent now.

    `at` instead: the moment at which it leaves, with a zone or an offset, at most a year ahead. `urgent`: marked so by
    somebody who may, it waits for no quiet hours.
    """

    hold: Annotated[float, Meta(ge=0, le=LONGEST_HOLD)] = 0
    at: Moment | None = None
    urgent: bool = False


class SentDiscussion(msgspec.Struct, frozen=True, omit_defaults=True):
    """A discussion that a sent message has become; sent separately, `person` is whom it is with."""

    id: str
    subject: str
    person: PersonRef | UnsetType = UNSET


class SentMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """The message is sent; `repeated` if it already was. Sent separately, it has become several `discussions`."""

    repeated: bool
    discussion: SentDiscussion | UnsetType = UNSET
    discussions: list[SentDiscussion] | UnsetType = UNSET


class HeldMessage(msgspec.Struct, frozen=True):
    """The message leaves by itself at `leaves_at`, unless it is taken back before.

    `held_for`: for the seconds to take it back (`undo`), until the time that was chosen (`later`), or for quiet hours
    to end (`quiet`).
    """

    id: str
    subject: str
    leaves_at: datetime
    held_for: HeldFor


@operation(
    "Send a message",
    takes=Sending,
    may_be_empty=True,
    gives={200: SentMessage, 202: HeldMessage},
    refuses=(404, 422, 429),
)
async def send(call: Call, given: Sending) -> Response:
    """All or nothing, and once: 422 `no_recipients`, or `recipients_refused` with each one in `refused`.

    With `hold` or `at` it is checked now and leaves later (202); without, what is held leaves now; another `at` changes
    when it leaves. In the quiet hours of a site it leaves when they end (202), unless it is urgent.
    """
    if given.at is not None and given.hold:
        raise InvalidInput(FieldError("at", "exclusive", "Give either hold or at."))
    await spend(call.site, SENDING, call.who)
    outcome = await held.hold(call.site, call.who, call.id(), given.hold, at=given.at, urgent=given.urgent)
    if isinstance(outcome, Held):
        held_for = outcome.held_for
        return answer(HeldMessage(outcome.id, outcome.subject, outcome.leaves_at, held_for), 202)
    return answer(_sent(outcome))


@operation("Take a message back", gives={200: Message}, refuses=(404, 409), versioned=True)
async def take_back(call: Call) -> Response:
    """A held message is a draft again, and nobody has seen it; 409 `already_sent` when it has left."""
    return message_answer(await held.take_back(call.site, call.who, call.id()))


def _sent(sent: Sent) -> SentMessage:
    whole = SentDiscussion(sent.id, sent.subject)
    if sent.separate is None:
        return SentMessage(sent.sent_again, discussion=whole)
    several = [
        SentDiscussion(one.id, one.subject, PersonRef(one.person_id, one.name)) for one in sent.separate
    ]
    # To oneself alone there is nobody to part from.
    return SentMessage(sent.sent_again, discussions=several or [whole])
