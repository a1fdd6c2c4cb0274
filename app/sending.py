"""Sending: a draft becomes a discussion, once.

One transaction makes it one and settles who is in it; of very many people, most come in right after it.
"""

from collections.abc import Sequence

import msgspec

from app.arrivals import let_in_all
from app.bodies import check_body
from app.errors import NoRecipients, NotFound, RecipientsRefused, RefusedRecipient
from app.events import EntryStored, Joined, Line
from app.markdown import render
from app.rules.sending import Target, Writer, may_write
from app.site import Identity, Site
from store import addressing, opening
from store.addressing import Reached
from store.arrivals import AT_ONCE
from store.circle import Newcomer
from store.drafts import own_message
from store.prepared import Link


class Sent(msgspec.Struct, frozen=True):
    """The discussion that a message has become; `sent_again` if it was one already."""

    id: str
    subject: str
    sent_again: bool


async def send(site: Site, who: Identity, message_id: str) -> Sent:
    """Send one's own draft; a second time changes nothing and answers the same. Comes back when everybody is in.

    Raises `NotFound`, `InvalidBody`, `NoRecipients`, or `RecipientsRefused` naming each who may not be written to.
    """
    sent = None
    while sent is None:
        sent = await _send_as_it_is(site, who, message_id)
    return sent


async def _send_as_it_is(site: Site, who: Identity, message_id: str) -> Sent | None:
    """Send what the draft is now; None when it was changed while its recipients were looked at."""
    async with site.database.read() as session:
        draft = await own_message(session, message_id, who.person_id)
        if draft is None:
            raise NotFound
    if draft.state == "sent":
        await let_in_all(site, message_id)
        return Sent(draft.id, draft.subject, sent_again=True)
    body, now = check_body(draft.body), site.now()
    people = await site.database.look(lambda link: _people(link, who, message_id))
    at_once, later = (people, []) if len(people) <= AT_ONCE else ([], people)
    checked = opening.Draft(message_id, who.person_id, draft.version, body)
    newcomers, awaited = _newcomers(who, at_once), [(one.id, one.role) for one in later]
    if not await site.database.transact(
        lambda link: opening.open_room(link, checked, newcomers, awaited, now)
    ):
        return None
    line = Line(seq=1, kind="message", author=who.ref, at=now, body=body, attachments=(), html=render(body))
    inside = [who.person_id, *(person.id for person in at_once)]
    site.announce(
        [
            EntryStored(message_id, line),
            *(Joined(person, message_id, draft.subject, head=1) for person in inside),
        ]
    )
    if later:
        await let_in_all(site, message_id)
    return Sent(message_id, draft.subject, sent_again=False)


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


def _people(link: Link, who: Identity, message_id: str) -> list[Reached]:
    """The recipients apart from the author."""
    found = writable(who, addressing.recipients(link, message_id))
    if not found:
        raise NoRecipients
    return [one for one in found if one.id != who.person_id]


def _newcomers(who: Identity, people: Sequence[Reached]) -> list[Newcomer]:
    # The author has read what she wrote; for everybody else one message is unread.
    author = Newcomer(
        who.person_id,
        "author",
        added_by=None,
        from_seq=1,
        read_seq=1,
        read_count=0,
        own_count=1,
        unread=0,
        received=False,
    )
    others = [
        Newcomer(one.id, one.role, added_by=None, from_seq=1, read_seq=0, read_count=0, own_count=0, unread=1)
        for one in people
    ]
    return [author, *others]
