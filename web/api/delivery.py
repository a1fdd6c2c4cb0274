"""The delivery report of a message."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import delivery
from app.delivery import Delivery, State
from web.api.operation import Call, answer, operation
from web.api.wire import Cursor


class DeliveryQuery(msgspec.Struct, frozen=True):
    """`state`: only those of whom it is so."""

    state: State | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


@operation("Show whom it has reached", query=DeliveryQuery, gives={200: Delivery}, refuses=(403, 404))
async def show(call: Call, given: DeliveryQuery) -> Response:
    """For its author: who received the message, who has opened it, and who was left out of a group, and why.

    Whoever keeps to herself how far she has read has only received it.
    """
    found = await delivery.report(
        call.site, call.who, call.id(), only=given.state, cursor=given.cursor, limit=given.limit
    )
    return answer(found)
