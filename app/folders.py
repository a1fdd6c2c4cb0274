"""One person's own folders: making, renaming, moving and deleting them. Nobody else ever sees them."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from app.errors import FieldError, InvalidInput, NotFound
from app.events import ViewChanged
from app.rules.folders import LEVELS, MOST_CHARACTERS, MOST_FOLDERS, compared, height, is_name, level, within
from app.site import Identity, Site
from store import folders as store
from store.columns import new_id
from store.filing import clear_folder
from store.folders import FolderRow
from store.prepared import Link
from store.unread import folder_counts_for

AT_ONCE = 500
"""Discussions of a folder that come into the trash in one commit."""

T = TypeVar("T")


class OwnFolder(msgspec.Struct, frozen=True):
    """A folder: the one that it is in (None: beside the boxes), its level, and in how many discussions of it something
    is unread."""

    id: str
    name: str
    parent: str | None
    level: int
    unread: int


async def tree(site: Site, who: Identity) -> list[OwnFolder]:
    """All folders of this person: each is followed by those in it, in the order of their names."""

    def look(link: Link) -> list[OwnFolder]:
        counts = folder_counts_for(link, [who.person_id])[who.person_id]
        return _in_order(store.folders_of(link, who.person_id), counts)

    return await site.database.look(look)


async def create(site: Site, who: Identity, name: str, parent: str | None = None) -> OwnFolder:
    """Make a folder. Raises `InvalidInput`: the name is none or taken, the place unknown or too deep, too many."""
    new = FolderRow(new_id(), parent, *_named(name))

    def work(link: Link) -> OwnFolder:
        known = store.hold_tree(link, who.person_id)
        if len(known) >= MOST_FOLDERS:
            raise InvalidInput(FieldError("name", "too_many", f"There are at most {MOST_FOLDERS} folders."))
        if parent is not None and all(one.id != parent for one in known):
            raise InvalidInput(FieldError("parent", "unknown", "You have no such folder."))
        _check([*known, new], new)
        store.add_folder(link, who.person_id, new, site.now())
        return _shown([*known, new], new)

    return await _changed(site, who, work)


async def change(
    site: Site,
    who: Identity,
    folder_id: str,
    *,
    name: str | UnsetType = UNSET,
    parent: str | UnsetType | None = UNSET,
) -> OwnFolder:
    """Give a folder another name or another place, with all that is in it. Raises `NotFound`; or as `create`."""
    renamed = None if name is UNSET else _named(name)

    def work(link: Link) -> OwnFolder:
        known = {one.id: one for one in store.hold_tree(link, who.person_id)}
        if folder_id not in known:
            raise NotFound
        changed = known[folder_id]
        if renamed is not None:
            changed = msgspec.structs.replace(changed, name=renamed[0], folded=renamed[1])
        if parent is not UNSET:
            if parent is not None and parent not in known:
                raise InvalidInput(FieldError("parent", "unknown", "You have no such folder."))
            parents = {one.id: one.parent for one in known.values()}
            if parent in within(parents, folder_id):
                raise InvalidInput(FieldError("parent", "circle", "A folder cannot be in itself."))
            changed = msgspec.structs.replace(changed, parent=parent)
        known[folder_id] = changed
        _check(list(known.values()), changed)
        store.change_folder(link, who.person_id, changed)
        return _shown(list(known.values()), changed)

    return await _changed(site, who, work)


async def delete(site: Site, who: Identity, folder_id: str) -> int:
    """Delete a folder with those in it; what they hold comes into the trash. Raises `NotFound`.

    Returns how many discussions came into the trash by that. If it does not come to its end, what is left of the folder
    stays, and can be deleted again.
    """
    known = await site.database.look(partial(store.folders_of, person_id=who.person_id))
    parents = {one.id: one.parent for one in known}
    if folder_id not in parents:
        raise NotFound
    trashed = 0
    for one in reversed(within(parents, folder_id)):
        is_there = True
        while is_there:
            trashed += await _empty(site, who, one)
            is_there = not await site.database.transact(partial(_delete_empty, who=who, folder_id=one))
    site.announce([ViewChanged(who.person_id, [], folders=True)])
    return trashed


def _delete_empty(link: Link, who: Identity, folder_id: str) -> bool:
    tree = store.hold_tree(link, who.person_id)
    if any(one.parent == folder_id for one in tree):
        raise InvalidInput(FieldError("folder", "changed", "Another folder came into this one meanwhile."))
    return store.delete_empty(link, who.person_id, folder_id)


async def _empty(site: Site, who: Identity, folder_id: str) -> int:
    trashed, more = 0, True
    while more:
        step = partial(clear_folder, person_id=who.person_id, folder=folder_id, at=site.now(), most=AT_ONCE)
        moved, more = await site.database.transact(step)
        trashed += len(moved)
        if moved:
            site.announce([ViewChanged(who.person_id, moved)])
    return trashed


async def _changed(site: Site, who: Identity, work: Callable[[Link], T]) -> T:
    result = await site.database.transact(work)
    site.announce([ViewChanged(who.person_id, [], folders=True)])
    return result


def _named(name: str) -> tuple[str, str]:
    """A name as it is shown, and as it is compared."""
    trimmed = " ".join(name.split())
    if not is_name(trimmed):
        detail = f"A folder's name has 1 to {MOST_CHARACTERS} characters."
        raise InvalidInput(FieldError("name", "out_of_bounds", detail))
    return trimmed, compared(trimmed)


def _check(tree: list[FolderRow], changed: FolderRow) -> None:
    """Whether the tree may look like this, now that one folder of it is new or another."""
    beside = [one for one in tree if one.parent == changed.parent and one.id != changed.id]
    if any(one.folded == changed.folded for one in beside):
        raise InvalidInput(FieldError("name", "taken", "There is a folder of this name beside it."))
    parents = {one.id: one.parent for one in tree}
    if level(parents, changed.parent) + height(parents, changed.id) > LEVELS:
        raise InvalidInput(FieldError("parent", "too_deep", f"Folders lie at most {LEVELS} levels deep."))


def _shown(tree: list[FolderRow], row: FolderRow, unread: int = 0) -> OwnFolder:
    return OwnFolder(
        row.id, row.name, row.parent, level({one.id: one.parent for one in tree}, row.id), unread
    )


def _in_order(rows: list[FolderRow], counts: dict[str, int], parent: str | None = None) -> list[OwnFolder]:
    ordered: list[OwnFolder] = []
    for row in rows:
        if row.parent == parent:
            ordered.append(_shown(rows, row, counts.get(row.id, 0)))
            ordered += _in_order(rows, counts, row.id)
    return ordered
