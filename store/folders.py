"""People's own folders: the tree of each, and its changes. Plain functions on a link, for `Database.transact`.

Whoever changes a tree has locked it (`hold_tree`); what may be done to it is decided elsewhere.
"""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.prepared import Link, Prepared, through
from store.tables import Folder, Participation, Person

folder = table_of(Folder)
participation = table_of(Participation)
person = table_of(Person)


class FolderRow(msgspec.Struct, frozen=True):
    """A folder, and the one that it is in (None: beside the boxes). `folded`: its name as it is compared."""

    id: str
    parent: str | None
    name: str
    folded: str


OWN = folder.c.person_id == bindparam("person")
HOLD_TREE = Prepared(
    # Weaker than what a foreign key asks for: nobody who is written to meanwhile waits for this.
    select(person.c.id).where(person.c.id == bindparam("person")).with_for_update(key_share=True)
)
FOLDERS = Prepared(
    select(folder.c.id, folder.c.parent_id, folder.c.name, folder.c.folded)
    .where(OWN)
    .order_by(folder.c.folded, folder.c.id)
)
HOLD_FOLDER = Prepared(
    select(folder.c.id)
    .where(folder.c.id == bindparam("folder"), OWN)
    .with_for_update(read=True, key_share=True)
)
INSERT = Prepared(
    insert(folder),
    columns=("id", "person_id", "parent_id", "beside", "name", "folded", "created_at", "tally"),
)
CHANGE = Prepared(
    update(folder)
    .where(folder.c.id == bindparam("folder"))
    .values(
        parent_id=bindparam("parent"),
        beside=bindparam("within"),
        name=bindparam("called"),
        folded=bindparam("compared"),
    )
)
LOCK_FOLDER = Prepared(select(folder.c.id).where(folder.c.id == bindparam("folder"), OWN).with_for_update())
HOLDS_SOMETHING = Prepared(
    select(participation.c.message_id).where(participation.c.folder_id == bindparam("folder")).limit(1)
)
DELETE = Prepared(delete(folder).where(folder.c.id == bindparam("folder")))


def folders_of(link: Link, person_id: str) -> list[FolderRow]:
    """All folders of a person, by name."""
    return [FolderRow(*row) for row in FOLDERS.rows(link, {"person": person_id})]


async def is_own(session: AsyncSession, person_id: str, folder_id: str) -> bool:
    """Whether this is a folder of this person's."""
    return any(one.id == folder_id for one in await through(session, folders_of, person_id))


def hold_tree(link: Link, person_id: str) -> list[FolderRow]:
    """The same, with nobody else changing the tree until the transaction ends."""
    HOLD_TREE.rows(link, {"person": person_id})
    return folders_of(link, person_id)


def hold_folder(link: Link, person_id: str, folder_id: str) -> bool:
    """Whether this is a folder of this person's; then it stays one until the transaction ends."""
    return bool(HOLD_FOLDER.rows(link, {"folder": folder_id, "person": person_id}))


def add_folder(link: Link, person_id: str, new: FolderRow, at: datetime) -> None:
    """Make a folder."""
    row = {"id": new.id, "person_id": person_id, "parent_id": new.parent, "beside": new.parent or person_id}
    INSERT.run(link, [{**row, "name": new.name, "folded": new.folded, "created_at": at, "tally": 0}])


def change_folder(link: Link, person_id: str, changed: FolderRow) -> None:
    """Give a folder another name, or another place."""
    row = {"folder": changed.id, "parent": changed.parent, "within": changed.parent or person_id}
    CHANGE.run(link, [{**row, "called": changed.name, "compared": changed.folded}])


def delete_empty(link: Link, person_id: str, folder_id: str) -> bool:
    """Delete a folder without subfolders; False when something was filed in it meanwhile."""
    LOCK_FOLDER.rows(link, {"folder": folder_id, "person": person_id})
    if HOLDS_SOMETHING.rows(link, {"folder": folder_id}):
        return False
    DELETE.run(link, [{"folder": folder_id}])
    return True
