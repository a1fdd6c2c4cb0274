"""What clients may send, typed: each field in its type and within its bounds. Unknown fields are ignored."""

from typing import Annotated

from msgspec import Meta, Struct

MOST_RESUMED = 200
"""How many discussions one `hello` may resume."""
MOST_WATCHED = 500
"""People whom one connection, that of all of a person's tabs, may watch."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]
"""A name without NUL and lone surrogates, which `realtime.protocol` looks for: a pattern takes most of the decoding."""
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Echo = str
"""What comes back as it was: anything that can be written as UTF-8, NUL too."""


class Hello(Struct, tag="hello", frozen=True):
    """The first frame. `resume` names the last `seq` seen of discussions shown."""

    resume: Annotated[dict[Id, Seq], Meta(max_length=MOST_RESUMED)] | None = None


class Post(Struct, tag="post", frozen=True, gc=False):
    """A reply. `client_id` is the writer's own unique id, for ever."""

    id: Echo
    discussion: Id
    client_id: Id
    body: str
    attachments: list[str] | None = None
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


class Watch(Struct, tag="watch", frozen=True):
    """These people are on screen now, and no others."""

    people: Annotated[list[Id], Meta(max_length=MOST_WATCHED)]
    id: Echo | None = None


class Ping(Struct, tag="ping", frozen=True):
    """A sign of life; `n` comes back in `pong`."""

    n: int | float | Echo | None = None


Command = Hello | Post | Read | Unread | Open | Shut | Typing | Watch | Ping
