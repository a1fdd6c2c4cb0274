"""What the server sends. A client ignores frames and fields that it does not know."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from app.bodies import MOST as MOST_BODY
from app.events import Line, PersonRef

MOST_FRAME = 256 * 1024
"""The largest frame a client may send, in bytes."""
PING_EVERY = 25
"""Seconds between a browser's pings."""


class PersonCard(Struct, frozen=True):
    """The signed-in person, in `welcome`."""

    id: str
    name: str
    login: str
    role: str
    language: str


class Limits(Struct, frozen=True):
    """What a client may send: bytes per frame, code points per body, attachments per reply."""

    frame: int = MOST_FRAME
    body: int = MOST_BODY
    attachments: int = 0


StatusName = Literal["ok", "degraded"]


class Welcome(Struct, tag="welcome", frozen=True):
    """The answer to `hello`. `unread` is the number of discussions with something unread; `status` as in `Status`."""

    person: PersonCard
    connection: str
    node: str
    time: datetime
    unread: int
    ping_every: int = PING_EVERY
    limits: Limits = Limits()
    status: StatusName = "ok"


class Resumed(Struct, tag="resumed", frozen=True):
    """A discussion's missing entries are sent (`complete`), too many (`reset`) or not to be had (`gone`)."""

    discussion: str
    head: int | None
    how: Literal["complete", "reset", "gone"]


class Ack(Struct, tag="ack", frozen=True, gc=False):
    """The reply is durable and has this number."""

    id: str
    discussion: str
    client_id: str
    seq: int
    at: datetime
    repeated: bool


class Entry(Line, tag="entry", frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One line of a discussion's log, and where it belongs."""

    discussion: str


class Added(Struct, tag="added", frozen=True):
    """The person is in a new (or re-awakened) discussion; its entries after `head` follow."""

    discussion: str
    subject: str
    head: int
    unread: int


class Gone(Struct, tag="gone", frozen=True):
    """The person has lost a discussion."""

    discussion: str
    why: Literal["removed", "stopped", "deleted"]
    head: None = None


class OwnMessage(Struct, tag="message", frozen=True):
    """A message of this person's own is a `draft` (new, changed, or again), `held`, `sent`, or `discarded`."""

    message: str
    state: Literal["draft", "held", "sent", "discarded"]


class UnreadCount(Struct, tag="unread", frozen=True):
    """Absolute counts: all discussions with something unread, this one, and one's folders if it is in one of them."""

    count: int
    discussion: str
    unread: int
    read_seq: int
    folders: dict[str, int] | UnsetType = UNSET


class OwnView(Struct, tag="view", frozen=True):
    """This person keeps `discussions` otherwise than before (folder, trash, mute), with the counts as they are now.

    `tree`: her folders are others; ask for them again.
    """

    count: int
    folders: dict[str, int]
    discussions: list[str]
    tree: bool


class IsTyping(Struct, tag="typing", frozen=True):
    """Somebody else is (or is no longer) writing."""

    discussion: str
    person: PersonRef
    on: bool


class Presence(Struct, tag="presence", frozen=True):
    """Everybody who has this discussion on screen."""

    discussion: str
    here: list[PersonRef]


class People(Struct, tag="people", frozen=True):
    """Of people whom this connection watches, these are other than before, came or went: ask again.

    Where many are told the same, each asks after a random part of `within` seconds.
    """

    changed: list[str]
    within: float = 0


class PersonId(Struct, frozen=True):
    """A person by identifier alone."""

    id: str


class Seen(Struct, tag="seen", frozen=True):
    """Somebody else has read up to `seq`."""

    discussion: str
    person: PersonId
    seq: int


class Pong(Struct, tag="pong", frozen=True):
    """The answer to `ping`."""

    n: int | float | str | None


class Done(Struct, tag="done", frozen=True):
    """A command that carried an `id` has taken effect."""

    id: str


class Status(Struct, tag="status", frozen=True):
    """From now on what is written on other nodes comes late (`degraded`), or at once again (`ok`)."""

    status: StatusName


class Drain(Struct, tag="drain", frozen=True):
    """This node stops: reconnect after a random part of `within` seconds."""

    within: float


class Error(Struct, tag="error", frozen=True, omit_defaults=True):
    """Nothing happened; the connection stays."""

    code: str
    detail: str
    id: str | None = None
    retry_after: float | None = None


ServerFrame = (
    Welcome
    | Resumed
    | Ack
    | Entry
    | Added
    | Gone
    | OwnMessage
    | UnreadCount
    | OwnView
    | IsTyping
    | Presence
    | People
    | Seen
    | Pong
    | Done
    | Status
    | Drain
    | Error
)
