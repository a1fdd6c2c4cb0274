"""What it means to be in the trash: put there, and nothing said since.

A reply brings a discussion back, at once and for everybody who had put it there, without a write for each of them:
`trashed_count` is how many messages and replies the room had at that moment. Where the mirror has come, it has also
taken `trashed_at` away; in a room that waits for its mirror the two counts tell.
"""

from sqlalchemy import BindParameter, ColumnElement, and_, case, null, or_

from store.columns import table_of
from store.tables import Message, Participation

message = table_of(Message)
participation = table_of(Participation)

IN_TRASH = and_(
    participation.c.trashed_at.is_not(None), participation.c.trashed_count >= message.c.reply_count
)
"""Of a participation and its room, mirrored or not."""
NOT_IN_TRASH = or_(
    participation.c.trashed_at.is_(None), participation.c.trashed_count < message.c.reply_count
)


def mirrored_trash(count: BindParameter[int]) -> ColumnElement[object]:
    """What the mirror makes of `trashed_at` when the room has so many messages and replies."""
    return case((participation.c.trashed_count < count, null()), else_=participation.c.trashed_at)
