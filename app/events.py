"""What happened: the vocabulary of `announce`.

Events are told after the commit, never before. They are small, tagged and immutable, so that the bus can carry them
between nodes as they are. An event about a discussion goes to its room; an event about a person to all her
connections. What every reply is made of, here and elsewhere, holds plain values only and can form no cycle: `gc=False`
spares the collector thousands of objects that live for milliseconds.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

EntryKind = Literal["message", "reply", "added", "removed", "stopped"]


class PersonRef(msgspec.Struct, frozen=True, gc=False):
    """A person as others see her in a line: identifier and name."""

    id: str
    name: str


class Attached(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A file that an entry or a draft carries: its name, its size in bytes, what it is.

    `width` and `height` are those of its preview, in pixels, where there is one.
    """

    id: str
    name: str
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None


class Line(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One entry of a discussion's log as it is shown and sent.

    `html` is there only where the body is more than plain text; without it the body is shown as it is, line
    breaks kept. `client_id` is only on replies. `mentions` are those whom the body names with `@`, and who were in the
    discussion at that moment.
    """

    seq: int
    kind: EntryKind
    author: PersonRef
    at: datetime
    body: str
    attachments: tuple[Attached, ...]
    html: str | None = None
    client_id: str | None = None
    reply_to: int | None = None
    about: PersonRef | None = None
    mentions: tuple[PersonRef, ...] = ()


class EntryStored(msgspec.Struct, frozen=True, gc=False, tag="entry"):
    """A line was added to a discussion's log."""

    discussion: str
    line: Line


class Joined(msgspec.Struct, frozen=True, tag="joined"):
    """A person is in a discussion that her connections may not follow yet: new to her, or awake again.

    Her live stream of it goes on after `head`.
    """

    person: str
    discussion: str
    subject: str
    head: int


class Left(msgspec.Struct, frozen=True, tag="left"):
    """A person lost a discussion with entry `seq`, which she no longer gets herself."""

    person: str
    discussion: str
    seq: int
    why: Literal["removed", "stopped", "deleted"]


class ReadMoved(msgspec.Struct, frozen=True, tag="read"):
    """A person has read a discussion up to `seq` (or marked what follows as unread).

    Not `told`: she keeps it to herself, and only her own connections hear of it.
    """

    person: str
    discussion: str
    seq: int
    told: bool = True


class ViewChanged(msgspec.Struct, frozen=True, tag="view"):
    """A person keeps these discussions otherwise than before (folder, trash, mute); `folders`: her folders are others.

    Nobody else's view is another by it.
    """

    person: str
    discussions: list[str]
    folders: bool = False


class MessageMoved(msgspec.Struct, frozen=True, tag="message"):
    """A message of a person's own is something else now.

    It is a `draft` (new, changed, or again), `held` for a moment, `sent`, or `discarded`.
    """

    person: str
    message: str
    state: Literal["draft", "held", "sent", "discarded"]


class SignInEnded(msgspec.Struct, frozen=True, tag="ended"):
    """These sessions or tokens of a person are over; an empty list means all of them."""

    person: str
    sessions: list[str]


class PersonChanged(msgspec.Struct, frozen=True, tag="person"):
    """What others see of a person is other than before: her name, whether she can be reached, or is seen to be here.

    It concerns everybody who shows her, on every node.
    """

    person: str


AboutPerson = Joined | Left | ReadMoved | ViewChanged | MessageMoved | SignInEnded | PersonChanged
Event = EntryStored | AboutPerson
Announce = Callable[[Sequence[Event]], None]
"""Tells the live door what happened. Never blocks, never raises; called once per commit."""
