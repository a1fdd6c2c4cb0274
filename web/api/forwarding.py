"""Forwarding what somebody wrote."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from web.api.messages import Message, message_answer
from web.api.operation import Call, operation
from web.forwarding import forward as forward_by


class Forwarding(msgspec.Struct, frozen=True):
    """The number of the message or reply; left out: the first that one sees."""

    seq: Annotated[int, Meta(ge=1, le=2**53)] | None = None


@operation(
    "Forward what somebody wrote",
    takes=Forwarding,
    may_be_empty=True,
    gives={201: Message},
    refuses=(404, 422),
    versioned=True,
)
async def forward(call: Call, given: Forwarding) -> Response:
    """Begins a message that quotes it, with its author and moment, and carries the same files, not copied."""
    draft = await forward_by(call.request, call.id(), given.seq)
    return message_answer(draft, 201, Location=f"/api/messages/{draft.id}")
