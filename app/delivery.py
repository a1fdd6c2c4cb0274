"""The delivery report, for the author of a message: who received it, who has opened it, who could not be reached."""

from typing import Literal, cast

import msgspec

from app.errors import FieldError, Forbidden, InvalidInput, NotFound
from app.paging import check_limit
from app.site import Identity, Site
from store import delivery
from store.columns import is_id
from store.participations import view_of

MOST = 200

State = Literal["received", "opened", "unreached"]


class Delivered(msgspec.Struct, frozen=True):
    """One person, and what became of the message for her.

    `received`: it is in her mailbox, or was until she left (then she is not `inside`). `opened`: she has read it, and
    lets that be seen. `unreached`: she is in a group that it was sent to and did not get it; `why` is the reason code
    (`opted_out`, `suspended`).
    """

    id: str
    name: str
    state: State
    why: str | None
    inside: bool


class Delivery(msgspec.Struct, frozen=True):
    """A page of the report, by name, and how many people have `received` the message (who `opened` it among them)."""

    received: int
    opened: int
    unreached: int
    items: list[Delivered]
    next: str | None


async def report(
    site: Site,
    who: Identity,
    discussion_id: str,
    *,
    only: State | None = None,
    cursor: str | None = None,
    limit: int | None = 50,
) -> Delivery:
    """What became of one's own message; `only` those of one state; no limit: everybody.

    Whoever came without the history has not received it. Raises `NotFound` unless `who` is in the discussion,
    `Forbidden` unless she wrote the message, `InvalidInput` for a foreign cursor or a limit out of bounds (1 to 200).
    """
    if limit is not None:
        check_limit(limit, MOST)
    async with site.database.read() as session:
        view = await view_of(session, discussion_id, who.person_id)
        if view is None:
            raise NotFound
        if view.author_id != who.person_id:
            raise Forbidden("Only the author of a message learns whom it has reached.")
        counts = await delivery.counts(session, discussion_id)
        known = cursor is None or is_id(cursor)
        rows = (
            await delivery.page(session, discussion_id, limit=limit and limit + 1, after=cursor, only=only)
            if known
            else None
        )
    if rows is None:
        raise InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here."))
    opened = counts.get("opened", 0)
    return Delivery(
        received=counts.get("received", 0) + opened,
        opened=opened,
        unreached=counts.get("unreached", 0),
        items=[
            Delivered(one.id, one.name, cast("State", one.state), one.why, bool(one.inside))
            for one in rows[:limit]
        ],
        next=rows[limit - 1].id if limit is not None and len(rows) > limit else None,
    )
