"""Where one keeps one's discussions: folder, trash, mute, read or not; one at a time, or many at once.

All of it is one's own view: nobody else's box or count is another by it. Many are done in steps, each of them a commit
of its own, so that everybody else has her turn in between. What changed is told with how it was, which is all that is
needed to put it back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import msgspec

from app import keeping
from app.deleting import delete_some
from app.errors import FieldError, InvalidInput, NotFound
from app.keeping import Action, Changed, Was
from app.mailbox import WHOLE, Wanted, known_box, sieve_of
from app.paging import decode_cursor, encode_cursor
from app.site import Identity, Site
from store import boxes
from store.boxes.places import Place

AT_ONCE = 250
"""Discussions in one commit."""
MOST_NAMED = 1_000
"""Discussions that one request may name."""
MOST_MATCHING = 5_000
"""Discussions of a box that one request does something to; and as many can be put back by one."""


class Done(msgspec.Struct, frozen=True):
    """What changed, with how it was, and which were `missing`: one is not in them. `next`: there is more to do."""

    changed: list[Was]
    missing: list[str]
    next: str | None = None


class Everything(msgspec.Struct, frozen=True):
    """All that is in a box, or what of it is `wanted`, unless something has happened in it since `until`."""

    box: str
    until: datetime
    wanted: Wanted = WHOLE


class Deed(msgspec.Struct, frozen=True):
    """What is to be done; None: deleting for good. `folder` is where things are moved (None: into none)."""

    action: Action | None
    folder: str | None = None


async def mute(site: Site, who: Identity, discussion_id: str, *, muted: bool) -> None:
    """No badge and no notification, or again. Raises `NotFound`."""
    await _to_one(site, who, discussion_id, Deed("mute" if muted else "unmute"))


async def move(site: Site, who: Identity, discussion_id: str, folder: str | None) -> None:
    """Keep a discussion in a folder (None: in none), out of the trash. Raises `NotFound` or `InvalidInput`."""
    await _to_one(site, who, discussion_id, Deed("move", folder))


async def set_trashed(site: Site, who: Identity, discussion_id: str, *, trashed: bool) -> None:
    """Into the trash, or back to where it was. Raises `NotFound`."""
    await _to_one(site, who, discussion_id, Deed("trash" if trashed else "restore"))


async def to_many(site: Site, who: Identity, discussions: Sequence[str], deed: Deed) -> Done:
    """Do the same to many discussions. Raises `InvalidInput`: too many are named, or a folder that is not hers."""
    _check_number("ids", discussions, MOST_NAMED)
    done = Done([], [])
    for some in _in_steps(discussions):
        changed = await _step(site, who, some, deed)
        done.changed.extend(changed.was)
        done.missing.extend(one for one in some if one not in changed.found)
    return done


async def to_all(
    site: Site, who: Identity, everything: Everything, deed: Deed, *, cursor: str | None = None
) -> Done:
    """Do the same to all that is in a box. Raises as `to_many`, and as `mailbox.box`.

    After very many, `next` is the cursor with which to go on.
    """
    place: Place | None = decode_cursor(cursor) if cursor else (everything.until, boxes.FIRST[1])
    done = Done([], [])
    left = MOST_MATCHING
    while place is not None and left > 0:
        async with site.database.read() as session:
            box = await known_box(session, who, everything.box)
            sieve = sieve_of(everything.wanted)
            found, place = await boxes.wanted_places(session, box, who.person_id, place, AT_ONCE, sieve)
        changed = await _step(site, who, [discussion for _, discussion in found], deed)
        done.changed.extend(changed.was)
        left -= AT_ONCE
    return msgspec.structs.replace(done, next=encode_cursor(*place) if place else None)


async def put_back(site: Site, who: Identity, changed: Sequence[Was]) -> Done:
    """Keep discussions as they were before. What is deleted does not come back; a folder that is gone is none."""
    _check_number("changed", changed, MOST_MATCHING)
    was = {one.id: one for one in changed}
    done = Done([], [])
    for some in _in_steps(was):
        back = partial(
            keeping.put_back, person=who.person_id, was={one: was[one] for one in some}, now=site.now()
        )
        result = _told(site, await site.database.transact(back))
        done.changed.extend(result.was)
        done.missing.extend(one for one in some if one not in result.found)
    return done


async def _to_one(site: Site, who: Identity, discussion_id: str, deed: Deed) -> None:
    if not (await _step(site, who, [discussion_id], deed)).found:
        raise NotFound


async def _step(site: Site, who: Identity, discussions: Sequence[str], deed: Deed) -> Changed:
    if deed.action is None:
        deleted = [one.discussion for one in await delete_some(site, who.ref, discussions)]
        return Changed(set(deleted), [Was(one) for one in deleted], [])
    work = partial(
        keeping.act,
        person=who.person_id,
        discussions=discussions,
        action=deed.action,
        folder=deed.folder,
        now=site.now(),
    )
    return _told(site, await site.database.transact(work))


def _told(site: Site, changed: Changed) -> Changed:
    if changed.events:
        site.announce(changed.events)
    return changed


def _check_number(field: str, given: Sequence[object], most: int) -> None:
    if len(given) > most:
        raise InvalidInput(FieldError(field, "out_of_bounds", f"There may be at most {most} of them."))


def _in_steps(discussions: Iterable[str]) -> list[list[str]]:
    named = list(dict.fromkeys(discussions))
    return [named[start : start + AT_ONCE] for start in range(0, len(named), AT_ONCE)]
