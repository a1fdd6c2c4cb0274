"""Where a person keeps her discussions: in which folder, in the trash, muted. Plain functions on a link.

Everything is done to many at once, in the same few statements as for one. Rooms are held first, in the order of their
ids, as those do who move marks and mirror: nobody waits in a circle, and no reply comes between looking and writing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Integer, bindparam, select, text, update

from store.columns import UtcDateTime, table_of
from store.marks import HOLD_ROOMS
from store.pairs import by_pairs, look_up, look_up_ids
from store.prepared import Link, Prepared
from store.tables import TRASHED, Message, Participation
from store.tallies import shift_folders
from store.wanted import rooms_of

message = table_of(Message)
participation = table_of(Participation)


class Kept(msgspec.Struct, frozen=True):
    """How a person keeps a discussion that she is in. `trashed_at` and `trashed_count` as they are stored."""

    discussion: str
    folder: str | None
    trashed_at: datetime | None
    trashed_count: int | None
    muted: bool
    read_seq: int
    unread: int
    reply_count: int
    tallied: bool

    @property
    def trashed(self) -> bool:
        """Whether it is in the trash: put there, and nothing said since (see `store.trash`)."""
        return self.trashed_at is not None and (self.trashed_count or 0) >= self.reply_count

    def in_trash_since(self, at: datetime) -> "Kept":
        """The same in the trash; what is there already stays there since before."""
        return self if self.trashed else self._replaced(trashed_at=at, trashed_count=self.reply_count)

    def restored(self) -> "Kept":
        """The same out of the trash, where it was before."""
        return self._replaced(trashed_at=None, trashed_count=None)

    def filed(self, folder: str | None) -> "Kept":
        """The same in a folder (None: in none), out of the trash."""
        return self.restored()._replaced(folder=folder)

    def filed_in_trash(self, at: datetime) -> "Kept":
        """The same in the trash, and in no folder when it comes back."""
        return self.in_trash_since(at)._replaced(folder=None)

    def quiet(self, muted: bool) -> "Kept":
        """The same, muted or not."""
        return self._replaced(muted=muted)

    def _replaced(self, **changes: Any) -> "Kept":
        return msgspec.structs.replace(self, **changes)


HOLD = by_pairs(
    lambda wanted: (
        select(
            participation.c.message_id,
            participation.c.folder_id,
            participation.c.trashed_at,
            participation.c.trashed_count,
            participation.c.muted,
            participation.c.read_seq,
            message.c.reply_count - participation.c.own_count - participation.c.read_count,
            message.c.reply_count,
            participation.c.tallied,
        )
        .select_from(rooms_of(wanted))
        .where(participation.c.state == "active")
        .order_by(participation.c.message_id, participation.c.person_id)
        .with_for_update(of=participation)
    )
)
KEEP = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("owner"))
    .values(
        folder_id=bindparam("into"),
        trashed_at=bindparam("since"),
        trashed_count=bindparam("count"),
        muted=bindparam("quiet"),
    )
)
FILED = Prepared(
    select(participation.c.message_id)
    .where(participation.c.folder_id == bindparam("folder"))
    .limit(bindparam("most", type_=Integer))
)
LONG_TRASHED = Prepared(
    select(participation.c.person_id, participation.c.message_id)
    .where(text(TRASHED), participation.c.trashed_at < bindparam("before", type_=UtcDateTime()))
    .order_by(participation.c.trashed_at)
    .limit(bindparam("most", type_=Integer))
)
UNFILE = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("owner"))
    .values(folder_id=None)
)


def hold(link: Link, person_id: str, discussions: Iterable[str]) -> list[Kept]:
    """Those of these discussions that a person is in, as she keeps them until the transaction ends."""
    return kept_in(link, person_id, [row[0] for row in look_up_ids(link, HOLD_ROOMS, set(discussions))])


def kept_in(link: Link, person_id: str, rooms: Iterable[str]) -> list[Kept]:
    """The same of rooms that are held already."""
    return [Kept(*row) for row in look_up(link, HOLD, [(room, person_id) for room in rooms])]


def keep(link: Link, person_id: str, before: Sequence[Kept], after: Sequence[Kept]) -> None:
    """Let this person keep discussions, held as they are `before`, as they are to be `after`."""
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    if not changed:
        return
    moved: Counter[str | None] = Counter()
    for old, new in changed:
        if old.tallied:
            moved[old.folder] -= 1
            moved[new.folder] += 1
    KEEP.run(link, [_row(person_id, new) for _, new in changed])
    shift_folders(link, moved)


def clear_folder(link: Link, person_id: str, folder: str, at: datetime, most: int) -> tuple[list[str], bool]:
    """Put up to `most` of what a folder holds into the trash, to be restored into none.

    Returns what came into the trash by that, and whether the folder may hold more.
    """
    filed = [row[0] for row in FILED.rows(link, {"folder": folder, "most": most})]
    before = hold(link, person_id, filed)
    keep(link, person_id, before, [one.filed_in_trash(at) for one in before])
    if left := set(filed) - {one.discussion for one in before}:
        # If she is added again some day, it is to a folder that is no more.
        UNFILE.run(link, [{"room": room, "owner": person_id} for room in sorted(left)])
    return [one.discussion for one in before if not one.trashed], len(filed) == most


def long_trashed(link: Link, before: datetime, most: int) -> list[tuple[str, str]]:
    """Up to `most` (person, discussion) that came into the trash before a moment, the longest first.

    What a reply has brought back, and its mirror not yet, may be among them.
    """
    return [(row[0], row[1]) for row in LONG_TRASHED.rows(link, {"before": before, "most": most})]


def _row(person_id: str, kept: Kept) -> dict[str, object]:
    return {
        "room": kept.discussion,
        "owner": person_id,
        "into": kept.folder,
        "since": kept.trashed_at,
        "count": kept.trashed_count,
        "quiet": kept.muted,
    }
