"""The directory: who there is, and for each of them whether the reader may write to her and whether she can be reached.

Everybody who is signed in may know of everybody whose account is neither suspended nor erased.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.audiences import audience_of, decisions
from app.errors import FieldError, InvalidInput, NotFound
from app.events import PersonRef
from app.first_letters import searched
from app.groups import told
from app.paging import Page, check_limit
from app.rules.audience import Audience, Decision, Refusal, Target
from app.site import Identity, Site
from store import directory
from store.columns import is_id
from store.directory import Listed
from store.prepared import through

MOST = 200

Unreachable = Literal["opted_out", "not_seen_lately"]

Connected = Callable[[Collection[str]], Awaitable[set[str]]]
"""Who of these people is connected to any node: known by the floor above."""


class PersonCard(msgspec.Struct, frozen=True):
    """A person as somebody else meets her.

    Not `reachable`: `why` is `opted_out` or `not_seen_lately`. `may_write`: a message of the reader's would be taken.
    What the rules have against it is in `refused`: `no_rule`, or `group_only` (only to a whole group that she is in).
    `email` is there where she cannot be reached, shares her address, and the rules let the reader write to her.
    `online` is told of those whom the reader may write to and who do not hide their presence.
    """

    id: str
    name: str
    reachable: bool
    why: Unreachable | None
    may_write: bool
    refused: Refusal | None
    email: str | None
    online: bool

    @property
    def ref(self) -> PersonRef:
        """Her as others name her."""
        return PersonRef(self.id, self.name)


async def find(
    site: Site,
    who: Identity,
    connected: Connected,
    q: str = "",
    *,
    group: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PersonCard]:
    """People with words that begin like those of `q` (everybody if it is empty), in a group if one is named.

    Raises `NotFound` for a group that the reader is not told of, `InvalidInput` for a foreign cursor or a limit out of
    bounds (1 to 200).
    """
    check_limit(limit, MOST)
    words = searched(q)
    async with site.database.read() as session:
        audience = await through(session, audience_of, who.person_id)
        if group is not None:
            await told(session, audience, group)
        if words is None:
            return Page([], None)
        if cursor is not None and not is_id(cursor):
            raise _foreign()
        rows = await directory.page_of(session, words, limit=limit + 1, group=group, after=cursor)
        if rows is None:
            raise _foreign()
        decided = await _decided(session, audience, rows)
    shown = await _cards(site, who, connected, rows[:limit], decided)
    return Page(shown, shown[-1].id if len(rows) > limit else None)


async def cards(
    site: Site, who: Identity, connected: Connected, ids: Collection[str]
) -> dict[str, PersonCard]:
    """The cards of those of these people who are in the directory, by identifier, in the order of `ids`."""
    known = list(dict.fromkeys(one for one in ids if is_id(one)))
    async with site.database.read() as session:
        found = await directory.listed(session, known)
        rows = [found[one] for one in known if one in found]
        audience = await through(session, audience_of, who.person_id)
        decided = await _decided(session, audience, rows)
    return {card.id: card for card in await _cards(site, who, connected, rows, decided)}


async def unreachable(site: Site, ids: Collection[str]) -> dict[str, Unreachable]:
    """Those of these people who cannot be reached, and why not."""
    seen_since = site.now() - timedelta(days=site.settings.reachable_days)
    async with site.database.read() as session:
        found = await directory.listed(session, ids)
    reasons = {one.id: _why_unreachable(one, seen_since, online=False) for one in found.values()}
    return {one: why for one, why in reasons.items() if why}


async def seen_lately(site: Site, most: int) -> list[str]:
    """Who of those in the directory was here last, the latest first: identifiers, to ask for cards by."""
    async with site.database.read() as session:
        return await directory.seen_lately(session, most)


async def card(site: Site, who: Identity, connected: Connected, person_id: str) -> PersonCard:
    """One person's card. Raises `NotFound` for whoever is not in the directory."""
    found = await cards(site, who, connected, [person_id])
    if person_id not in found:
        raise NotFound
    return found[person_id]


async def _decided(session: AsyncSession, audience: Audience, rows: Sequence[Listed]) -> dict[str, Decision]:
    """What the rules say of each, whether she uses the messaging or not."""
    return await through(session, decisions, audience, [Target(one.id) for one in rows])


async def _cards(
    site: Site,
    who: Identity,
    connected: Connected,
    rows: Sequence[Listed],
    decided: dict[str, Decision],
) -> list[PersonCard]:
    seen_since = site.now() - timedelta(days=site.settings.reachable_days)
    visible = [one.id for one in rows if not one.hides_presence and one.messaging and decided[one.id].allowed]
    online = await connected(visible) if visible else set()
    return [_card(who, one, decided[one.id], seen_since, online=one.id in online) for one in rows]


def _card(
    who: Identity, one: Listed, decision: Decision, seen_since: datetime, *, online: bool
) -> PersonCard:
    why = _why_unreachable(one, seen_since, online=online)
    reachable, oneself = why is None, one.id == who.person_id
    shares = one.shares_email and not reachable and decision.allowed
    return PersonCard(
        one.id,
        one.name,
        reachable,
        why,
        decision.allowed and (one.messaging or oneself),
        decision.why or None,
        one.email if shares else None,
        online,
    )


def _why_unreachable(one: Listed, seen_since: datetime, *, online: bool) -> Unreachable | None:
    if not one.messaging:
        return "opted_out"
    # Who is there is seen, though it may not be stored yet.
    if online or (one.last_seen_at is not None and one.last_seen_at >= seen_since):
        return None
    return "not_seen_lately"


def _foreign() -> InvalidInput:
    return InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here."))
