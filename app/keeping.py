"""What happens to a person's view of her discussions in one transaction: filing, trash, mute, marks, and back again.

Plain functions on a link. On SQLite they run in another thread: nothing of them may touch the event loop.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from app.errors import FieldError, InvalidInput
from app.events import Event, ViewChanged
from app.reading import moved
from store.filing import Kept, hold, keep
from store.folders import hold_folder
from store.marks import Move, last_of_others
from store.prepared import Link

Action = Literal["read", "unread", "trash", "restore", "move", "mute", "unmute"]

BEYOND_ALL = 2**31 - 1
"""A number that no log comes to, and that every database's integer holds."""


class Was(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a discussion was kept before something was done to it: what has changed by that, and nothing else."""

    id: str
    folder: str | UnsetType | None = UNSET
    trashed: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET
    read_seq: int | UnsetType = UNSET


class Changed(msgspec.Struct, frozen=True):
    """Which of the named discussions she is in, how those were that changed, and what is to be told of it."""

    found: set[str]
    was: list[Was]
    events: list[Event]


def act(
    link: Link, person: str, discussions: Sequence[str], action: Action, folder: str | None, now: datetime
) -> Changed:
    """Do this to those of these discussions that a person is in. Raises `InvalidInput` for a folder not hers."""
    if folder is not None and not hold_folder(link, person, folder):
        raise InvalidInput(FieldError("folder", "unknown", "You have no such folder."))
    before = hold(link, person, discussions)
    if action == "read":
        # Beyond the head means the head.
        return _marked(link, person, before, {one.discussion: BEYOND_ALL for one in before})
    if action == "unread":
        read = [(one.discussion, person) for one in before if one.unread == 0]
        last = last_of_others(link, read)
        return _marked(link, person, before, {discussion: seq - 1 for discussion, seq in last.items()})
    changes: dict[str, Callable[[Kept], Kept]] = {
        "trash": lambda one: one.in_trash_since(now),
        "restore": lambda one: one.restored(),
        "move": lambda one: one.filed(folder),
        "mute": lambda one: one.quiet(True),
        "unmute": lambda one: one.quiet(False),
    }
    return _kept(link, person, before, [changes[action](one) for one in before])


def put_back(link: Link, person: str, was: Mapping[str, Was], now: datetime) -> Changed:
    """Keep discussions as they were, in what is said of that. A folder that is gone is none."""
    folders = {one.folder for one in was.values() if isinstance(one.folder, str)}
    gone = {folder for folder in sorted(folders) if not hold_folder(link, person, folder)}
    before = hold(link, person, was)
    after = [_as_it_was(one, was[one.discussion], gone, now) for one in before]
    kept = _kept(link, person, before, after)
    marks = {
        one.discussion: mark
        for one in before
        if not isinstance(mark := was[one.discussion].read_seq, UnsetType)
    }
    marked = _marked(link, person, before, marks)
    return Changed(kept.found, [*kept.was, *marked.was], [*kept.events, *marked.events])


def _kept(link: Link, person: str, before: Sequence[Kept], after: Sequence[Kept]) -> Changed:
    keep(link, person, before, after)
    was = [
        Was(
            old.discussion,
            folder=old.folder if old.folder != new.folder else UNSET,
            trashed=old.trashed if old.trashed != new.trashed else UNSET,
            muted=old.muted if old.muted != new.muted else UNSET,
        )
        for old, new in zip(before, after, strict=True)
        if (old.folder, old.trashed, old.muted) != (new.folder, new.trashed, new.muted)
    ]
    changed = [one.id for one in was]
    return Changed(_ids(before), was, [ViewChanged(person, changed)] if changed else [])


def _marked(link: Link, person: str, before: Sequence[Kept], marks: Mapping[str, int]) -> Changed:
    """Move marks, also back."""
    was = {one.discussion: Was(one.discussion, read_seq=one.read_seq) for one in before}
    moves = [Move(discussion, person, seq, back=True) for discussion, seq in marks.items()]
    events = moved(link, moves)
    return Changed(_ids(before), [was[one.discussion] for one in events], [*events])


def _as_it_was(kept: Kept, was: Was, gone: set[str], now: datetime) -> Kept:
    if not isinstance(was.folder, UnsetType):
        filed = kept.filed(None if was.folder in gone else was.folder)
        # Putting it into another folder took it out of the trash, or did not.
        kept = filed.in_trash_since(now) if kept.trashed else filed
    if not isinstance(was.trashed, UnsetType):
        kept = kept.in_trash_since(now) if was.trashed else kept.restored()
    return kept if isinstance(was.muted, UnsetType) else kept.quiet(was.muted)


def _ids(kept: Sequence[Kept]) -> set[str]:
    return {one.discussion for one in kept}
