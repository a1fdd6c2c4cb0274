"""The wire protocol `parley.v1`: bytes to commands, events to bytes. No I/O.

Commands are what clients may send, frames what the server sends; a client ignores what it does not know, and so
do we. Decoding validates: what comes out has every field in its type and within its bounds.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from websockets.frames import Frame, Opcode

from app.bodies import MOST as MOST_BODY
from app.events import EntryKind, Line, PersonRef

SUBPROTOCOL = "parley.v1"
MOST_FRAME = 256 * 1024
"""The largest frame a client may send, in bytes."""
MOST_RESUMED = 200
"""How many discussions one `hello` may resume."""
PING_EVERY = 25
"""Seconds between a browser's pings."""


class Close:
    """Close codes of the socket."""

    MALFORMED = 4400
    NOT_SIGNED_IN = 4401
    SESSION_ENDED = 4403
    TOO_SLOW = 4408
    TOO_LARGE = 4413
    TOO_MANY = 4429
    RESTARTING = 1012


Id = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^\x00\ud800-\udfff]+$")]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Echo = Annotated[str, Meta(pattern="^[^\ud800-\udfff]*$")]
"""What comes back as it was: anything that can be written as UTF-8."""


class Hello(Struct, tag="hello", frozen=True):
    """The first frame. `resume` names the last `seq` seen of discussions shown."""

    resume: Annotated[dict[Id, Seq], Meta(max_length=MOST_RESUMED)] = {}


class Post(Struct, tag="post", frozen=True):
    """A reply. `client_id` is the writer's own unique id, for ever."""

    id: Echo
    discussion: Id
    client_id: Id
    body: str
    attachments: list[str] = []
    reply_to: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class Read(Struct, tag="read", frozen=True):
    """Read up to `seq`; only moves forward."""

    discussion: Id
    seq: Seq
    id: Echo | None = None


class Unread(Struct, tag="unread", frozen=True):
    """Make `seq` the first unread one."""

    discussion: Id
    seq: Seq
    id: Echo | None = None


class Open(Struct, tag="open", frozen=True):
    """This discussion is on screen now."""

    discussion: Id
    id: Echo | None = None


class Shut(Struct, tag="close", frozen=True):
    """This discussion is no longer on screen."""

    discussion: Id
    id: Echo | None = None


class Typing(Struct, tag="typing", frozen=True):
    """The person is (or is no longer) writing; repeated every 8 s."""

    discussion: Id
    on: bool
    id: Echo | None = None


class Ping(Struct, tag="ping", frozen=True):
    """A sign of life; `n` comes back in `pong`."""

    n: int | float | Echo | None = None


Command = Hello | Post | Read | Unread | Open | Shut | Typing | Ping


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


class Welcome(Struct, tag="welcome", frozen=True):
    """The answer to `hello`. `unread` is the number of discussions with something unread."""

    person: PersonCard
    connection: str
    node: str
    time: datetime
    unread: int
    ping_every: int = PING_EVERY
    limits: Limits = Limits()


class Resumed(Struct, tag="resumed", frozen=True):
    """A discussion's missing entries are sent (`complete`), too many (`reset`) or not to be had (`gone`)."""

    discussion: str
    head: int | None
    how: Literal["complete", "reset", "gone"]


class Ack(Struct, tag="ack", frozen=True):
    """The reply is durable and has this number."""

    id: str
    discussion: str
    client_id: str
    seq: int
    at: datetime
    repeated: bool


class Entry(Struct, tag="entry", frozen=True, omit_defaults=True):
    """One line of the log."""

    discussion: str
    seq: int
    kind: EntryKind
    author: PersonRef
    at: datetime
    body: str
    attachments: tuple[()]
    html: str | None = None
    client_id: str | None = None
    reply_to: int | None = None
    about: PersonRef | None = None


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


class UnreadCount(Struct, tag="unread", frozen=True):
    """Absolute counts: all discussions with something unread, and this one."""

    count: int
    discussion: str
    unread: int
    read_seq: int


class IsTyping(Struct, tag="typing", frozen=True):
    """Somebody else is (or is no longer) writing."""

    discussion: str
    person: PersonRef
    on: bool


class Presence(Struct, tag="presence", frozen=True):
    """Everybody who has this discussion on screen."""

    discussion: str
    here: list[PersonRef]


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
    | UnreadCount
    | IsTyping
    | Presence
    | Seen
    | Pong
    | Done
    | Drain
    | Error
)


class BadFrame(Exception):
    """A frame that is no command: what was wrong, and its `id` where it could be read."""

    def __init__(self, detail: str, frame_id: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.frame_id = frame_id


class NotText(BadFrame):
    """A frame that is not even UTF-8 text: the connection cannot go on."""


_commands = msgspec.json.Decoder(Command)
_encode = msgspec.json.Encoder().encode


def decode(data: bytes) -> Command:
    """Read one client frame; raise `BadFrame` saying what is wrong with it."""
    try:
        command: Command = _commands.decode(data)
    except msgspec.ValidationError as error:
        raise BadFrame(str(error), _id_of(data)) from None
    except RecursionError:
        raise BadFrame("The frame is nested too deeply.") from None
    except UnicodeDecodeError:
        raise NotText("The frame is not UTF-8.") from None
    except msgspec.DecodeError as error:
        return _decode_with_surrogates(data, str(error))
    return command


def encode(frame: ServerFrame) -> bytes:
    """The frame as a complete WebSocket text message, ready for the transport."""
    return Frame(Opcode.TEXT, _encode(frame)).serialize(mask=False)


def entry(discussion: str, line: Line) -> Entry:
    """The frame for one line of a discussion's log."""
    return Entry(
        discussion=discussion,
        seq=line.seq,
        kind=line.kind,
        author=line.author,
        at=line.at,
        body=line.body,
        attachments=(),
        html=line.html,
        client_id=line.client_id,
        reply_to=line.reply_to,
        about=line.about,
    )


def _decode_with_surrogates(data: bytes, detail: str) -> Command:
    """Lone surrogates are legal JSON that msgspec cannot hold; they are refused later, as a body."""
    if b"\\ud" not in data and b"\\uD" not in data:
        raise BadFrame(f"Not a JSON object: {detail}")
    try:
        command: Command = msgspec.convert(json.loads(data), Command)
    except (msgspec.ValidationError, ValueError, RecursionError):
        raise BadFrame(f"Not a JSON object: {detail}") from None
    return command


class _WithId(Struct):
    id: Any = None


_loose_id = msgspec.json.Decoder(_WithId)


def _id_of(data: bytes) -> str | None:
    try:
        found = _loose_id.decode(data).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, str) else None
