"""Sending: a draft becomes a discussion, once; sent separately, one for each recipient.

One transaction makes it one and settles who is in it; of very many people, most come in right after it.
"""

from datetime import datetime

import msgspec

from app.arrivals import let_in_all
from app.attachments import check_draft
from app.bodies import check_body
from app.errors import NoRecipients, NotFound
from app.events import Attached, EntryStored, Event, Joined, Line, MessageMoved
from app.markdown import render
from app.reaching import reach
from app.site import Identity, Site
from app.urgency import check_urgent
from store import addressing, opening
from store.addressing import Reached
from store.arrivals import AT_ONCE
from store.drafts import own_message
from store.holding import State
from store.prepared import Link
from store.separate import Separate, separate_rooms
from store.tables import Message
from store.unreached import note_unreached


class Sent(msgspec.Struct, frozen=True):
    """The discussion that a message has become; `sent_again` if it was one already.

    `separate` are the discussions of a message that was sent separately; None of any other.
    """

    id: str
    subject: str
    sent_again: bool
    separate: list[Separate] | None = None


class Ready(msgspec.Struct, frozen=True):
    """What is sent: the message as it was read, its body for ever, whom it reaches but the author, and whom not."""

    draft: opening.Draft
    people: list[Reached]
    unreached: list[tuple[str, str]]
    attachments: tuple[Attached, ...]
    apart: bool

    @property
    def at_once(self) -> list[Reached]:
        """Who comes in in the same transaction: all of them, unless they are very many."""
        return self.people if not self.apart and len(self.people) <= AT_ONCE else []

    @property
    def later(self) -> list[tuple[str, str]]:
        """Who comes in after it, with their roles."""
        return [] if self.at_once else [(one.id, one.role) for one in self.people]


async def send(site: Site, who: Identity, message_id: str) -> Sent:
    """Send one's own draft; a second time changes nothing and answers the same. Comes back when everybody is in.

    A message that is held leaves now.
    Raises `NotFound`, `InvalidBody`, `NoRecipients`, or `RecipientsRefused` naming each who may not be written to.
    """
    sent = None
    while sent is None:
        message = await own(site, who, message_id)
        sent = await send_as_it_is(site, who, message)
    return sent


async def own(site: Site, who: Identity, message_id: str) -> Message:
    """One's own message, whatever it is now. Raises `NotFound`."""
    async with site.database.read() as session:
        message = await own_message(session, message_id, who.person_id)
    if message is None:
        raise NotFound
    return message


async def send_as_it_is(site: Site, who: Identity, message: Message) -> Sent | None:
    """Send a message as it was read; None when it was changed while its recipients were looked at.

    Raises what `send` raises.
    """
    if message.state == "sent":
        await let_in_all(site, message.id)
        return await sent_already(site, message, again=True)
    draft = await _as_read(site, who, message)
    now = site.now()
    # Whom one may write to is asked in the transaction that writes to them.
    ready = await site.database.transact(lambda link: _send(site, link, who, message, draft, now))
    if ready is None:
        return None
    site.announce(_tidings(who, message, ready, now))
    if ready.later:
        await let_in_all(site, message.id)
    return await sent_already(site, message, again=False)


async def check(site: Site, who: Identity, message: Message) -> State:
    """Look whether it could be sent now; gives back what it is. Raises what `send` raises."""
    draft = await _as_read(site, who, message)
    await site.database.look(lambda link: _ready(site, link, message, draft))
    return draft.was


async def sent_already(site: Site, message: Message, *, again: bool) -> Sent:
    """What has become of a message that is sent."""
    separate = None
    if message.separately:
        separate = await site.database.look(lambda link: separate_rooms(link, message.id))
    return Sent(message.id, message.subject, again, separate)


async def _as_read(site: Site, who: Identity, message: Message) -> opening.Draft:
    """The message as it was read, with what can be said of it alone."""
    body = check_body(message.body)
    if message.urgent:
        await check_urgent(site, who)
    return opening.Draft(
        message.id, who.person_id, State(message.state, message.version, message.leaves_at), body
    )


def _send(
    site: Site, link: Link, who: Identity, message: Message, draft: opening.Draft, now: datetime
) -> Ready | None:
    """Make it one room of all, or settle that everybody gets one of her own; None if it is not what it was any more."""
    if not opening.holds_still(link, draft):
        return None
    ready = _ready(site, link, message, draft)
    if ready.apart:
        opening.part(link, draft, ready.later, now)
    else:
        newcomers = [opening.author(who.person_id)]
        newcomers += [opening.addressed(one.id, one.role) for one in ready.at_once]
        opening.open_room(link, draft, newcomers, ready.later, now)
    note_unreached(link, message.id, ready.unreached)
    return ready


def _ready(site: Site, link: Link, message: Message, draft: opening.Draft) -> Ready:
    """What would be sent at this moment, and whom it would reach. Raises what `send` raises."""
    author = draft.author_id
    files = check_draft(link, site.settings.file_limits, author, message.id)
    found = addressing.addressed(link, message.id, author, apart=message.separately)
    reaching = reach(author, found, apart=message.separately)
    if not reaching.people:
        raise NoRecipients
    people = [one for one in reaching.people if one.id != author]
    # One recipient has it for herself in any case.
    apart = message.separately and len(people) > 1
    return Ready(draft, people, reaching.unreached, files, apart)


def _tidings(who: Identity, message: Message, ready: Ready, now: datetime) -> list[Event]:
    """What is told: the first line of the room and who is in it; to the writer's tabs, that the draft is sent."""
    events: list[Event] = []
    if not ready.apart:
        body, files = ready.draft.body, ready.attachments
        line = Line(
            seq=1, kind="message", author=who.ref, at=now, body=body, attachments=files, html=render(body)
        )
        events.append(EntryStored(message.id, line))
        inside = [who.person_id, *(one.id for one in ready.at_once)]
        events += [Joined(person, message.id, message.subject, head=1) for person in inside]
    return [*events, MessageMoved(who.person_id, message.id, "sent")]
