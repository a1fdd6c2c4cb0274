"""What reads and keeps boxes: the queries whose plans are looked at, each with the indexes that SQLite is to use."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from store import boxes, drafts, filing, folders, tallies, unread
from store.boxes.places import Box
from store.boxes.sieve import Sieve
from store.folders import FolderRow
from store.prepared import Link, through
from tests.store.rows import NOON

Query = Callable[[AsyncSession], Awaitable[object]]

BOX_QUERIES: dict[str, tuple[Query, set[str]]] = {
    "inbox": (
        lambda session: boxes.page(session, Box("inbox"), "alice", None, 30),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "progress": (
        lambda session: boxes.page(session, Box("progress"), "alice", (NOON, "room"), 30),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "sent": (
        lambda session: boxes.page(session, Box("sent"), "alice", None, 30),
        {"ix_participation_sent", "ix_message_unmirrored"},
    ),
    "folder": (
        lambda session: boxes.page(session, Box("folder", "folder"), "alice", None, 30),
        {"ix_participation_folder", "ix_message_unmirrored"},
    ),
    "trash": (
        lambda session: boxes.page(session, Box("trash"), "alice", None, 30),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "unread of a box": (
        lambda session: boxes.page(session, Box("inbox"), "alice", None, 30, Sieve(unread=True)),
        {"ix_participation_box"},
    ),
    "what somebody wrote": (
        lambda session: boxes.page(session, Box("inbox"), "alice", None, 30, Sieve(author="bob", files=True)),
        {"ix_participation_box"},
    ),
    "some of a box": (lambda session: boxes.among(session, Box("inbox"), "alice", ["room"]), set()),
    "folders' counts": (
        lambda session: through(session, unread.folder_counts_for, ["alice", "bob"]),
        {"ix_participation_untallied", "ix_folder_person_id"},
    ),
    "filing": (lambda session: through(session, filed), {"ix_participation_folder"}),
    "clearing a folder": (
        lambda session: through(session, filing.clear_folder, "bob", "folder", NOON, 10),
        {"ix_participation_folder"},
    ),
    "long in the trash": (
        lambda session: through(session, filing.long_trashed, NOON, 10),
        {"ix_participation_trashed"},
    ),
    "badge": (
        lambda session: through(session, unread.counts_for, ["alice", "bob"]),
        {"ix_participation_untallied", "ix_message_unmirrored"},
    ),
    "overdue tallies": (
        lambda session: through(session, tallies.overdue, ["alice", "bob"]),
        {"ix_participation_untallied"},
    ),
    "tallying": (lambda session: tallies.tally_step(session, "bob"), {"ix_participation_untallied"}),
    "counts": (
        lambda session: through(session, unread.unread_in, [("alice", "room"), ("bob", "room")]),
        set(),
    ),
    "drafts": (
        lambda session: drafts.drafts_of(session, "alice", after=(NOON, "room"), limit=30),
        {"ix_message_author_id_state_updated_at"},
    ),
    "drafts' count": (
        lambda session: drafts.count_drafts(session, "alice"),
        {"ix_message_author_id_state_updated_at"},
    ),
    "some drafts": (lambda session: drafts.drafts_among(session, "alice", ["room"]), set()),
}


def filed(link: Link) -> None:
    """Bob's discussion is put into a folder, and the folder is deleted."""
    folders.hold_tree(link, "bob")
    folders.add_folder(link, "bob", FolderRow("other", None, "Other", "other"), NOON)
    kept = filing.hold(link, "bob", ["room"])
    filing.keep(link, "bob", kept, [one.filed("other") for one in kept])
    filing.keep(link, "bob", filing.hold(link, "bob", ["room"]), kept)
    folders.delete_empty(link, "bob", "other")
