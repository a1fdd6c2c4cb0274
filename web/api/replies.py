"""Replying by HTTP: the same way through the reply log as on the live socket."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app.verdicts import NewReply, Posted
from web.api.operation import Call, answer, operation
from web.api.wire import Seq, Text


class Reply(msgspec.Struct, frozen=True):
    """A reply. `client_id` is the writer's own unique id for it, for ever: the same again is posted once."""

    client_id: Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^\x00]*$")]
    body: str
    attachments: list[Text] | None = None
    reply_to: Seq | None = None


@operation("Reply", takes=Reply, gives={201: Posted, 200: Posted}, refuses=(403, 404, 409, 422, 429))
async def post(call: Call, given: Reply) -> Response:
    """201 when it is durable, 200 if it already was (`repeated`)."""
    reply = NewReply(
        call.who.ref, call.id(), given.client_id, given.body, given.reply_to, tuple(given.attachments or ())
    )
    posted = await call.node.replies.post(reply)
    return answer(posted, 200 if posted.repeated else 201)
