"""Sending: a draft becomes a discussion, once; sent separately, one for each recipient.

One transaction makes it one and settles who is in it; of very many people, most come in right after it.
"""

from collections.abc import Sequence

import msgspec

from app.arrivals import let_in_all
from app.attachments import check_draft
from app.bodies import check_body
from app.errors import NoRecipients, NotFound, RecipientsRefused, RefusedRecipient
from app.events import Attached, EntryStored, Event, Joined, Line, MessageMoved
from app.markdown import render
from app.rules.sending import Target, Writer, may_write
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


class Sent(msgspec.Struct, frozen=True):
    """The discussion that a message has become; `sent_again` if it was one already.

    `separate` are the discussions of a message that was sent separately; None of any other.
    """

    id: str
    subject: str
    sent_again: bool
    separate: list[Separate] | None = None


class Ready(msgspec.Struct, frozen=True):
    """What would be sent now: the message as it was read, its body for ever, and the recipients but the author."""

    draft: opening.Draft
    subject: str
    separately: bool
    people: list[Reached]
    attachments: tuple[Attached, ...]


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
    ready = await check(site, who, message)
    # One recipient has it for herself in any case.
    apart = ready.separately and len(ready.people) > 1
    if not await (_send_apart(site, ready) if apart else _send_together(site, who, ready)):
        return None
    if apart or len(ready.people) > AT_ONCE:
        await let_in_all(site, message.id)
    return await sent_already(site, message, again=False)


async def check(site: Site, who: Identity, message: Message) -> Ready:
    """What would be sent now. Raises what `send` raises."""
    body = check_body(message.body)
    if message.urgent:
        await check_urgent(site, who)
    people, files = await site.database.look(lambda link: _look(site, link, who, message.id))
    was = State(message.state, message.version, message.leaves_at)
    draft = opening.Draft(message.id, who.person_id, was, body)
    return Ready(draft, message.subject, message.separately, people, files)


async def sent_already(site: Site, message: Message, *, again: bool) -> Sent:
    """What has become of a message that is sent."""
    separate = None
    if message.separately:
        separate = await site.database.look(lambda link: separate_rooms(link, message.id))
    return Sent(message.id, message.subject, again, separate)


def writable(writer: Identity, reached: Sequence[Reached]) -> list[Reached]:
    """Those whom `writer` may write to.

    Who was named herself and may not be written to is refused (`RecipientsRefused`); who is merely in a group
    that was named is left out, so that one member who is away does not silence a whole group.
    """
    allowed, refused = [], []
    asking = Writer(writer.person_id)
    for one in reached:
        decision = may_write(asking, Target(one.id, one.suspended, not one.messaging))
        if decision.allowed:
            allowed.append(one)
        elif one.direct:
            refused.append(RefusedRecipient(one.id, one.name, decision.why))
    if refused:
        raise RecipientsRefused(refused)
    return allowed


async def _send_together(site: Site, who: Identity, ready: Ready) -> bool:
    """Make it one room of all, in which the author and the first are at once."""
    draft, people, now = ready.draft, ready.people, site.now()
    at_once, later = (people, []) if len(people) <= AT_ONCE else ([], people)
    newcomers = [opening.author(who.person_id), *(opening.addressed(one.id, one.role) for one in at_once)]
    awaited = [(one.id, one.role) for one in later]
    if not await site.database.transact(lambda link: opening.open_room(link, draft, newcomers, awaited, now)):
        return False
    body = draft.body
    files, html = ready.attachments, render(body)
    line = Line(seq=1, kind="message", author=who.ref, at=now, body=body, attachments=files, html=html)
    inside = [one.person_id for one in newcomers]
    events: list[Event] = [EntryStored(draft.id, line)]
    events += [Joined(person, draft.id, ready.subject, head=1) for person in inside]
    site.announce([*events, *_left(ready)])
    return True


async def _send_apart(site: Site, ready: Ready) -> bool:
    """Settle that everybody gets a room of her own; they are opened after it."""
    now, recipients = site.now(), [(one.id, one.role) for one in ready.people]
    done = await site.database.transact(lambda link: opening.part(link, ready.draft, recipients, now))
    if done:
        site.announce(_left(ready))
    return done


def _left(ready: Ready) -> list[Event]:
    """What the writer's tabs are told: what she had before her is sent."""
    return [MessageMoved(ready.draft.author_id, ready.draft.id, "sent")]


def _look(
    site: Site, link: Link, who: Identity, message_id: str
) -> tuple[list[Reached], tuple[Attached, ...]]:
    """The recipients apart from the author, and the files."""
    files = check_draft(link, site.settings.file_limits, who.person_id, message_id)
    return _people(link, who, message_id), files


def _people(link: Link, who: Identity, message_id: str) -> list[Reached]:
    """The recipients apart from the author."""
    found = writable(who, addressing.recipients(link, message_id))
    if not found:
        raise NoRecipients
    return [one for one in found if one.id != who.person_id]
