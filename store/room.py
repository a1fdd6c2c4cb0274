"""A room's head and the lines that go into its log, as plain values."""

from datetime import datetime

import msgspec


class Room(msgspec.Struct, frozen=True):
    """A sent message's head, as it is while its row is locked."""

    id: str
    head_seq: int
    reply_count: int
    participant_count: int
    mirrored_seq: int
    author_id: str
    reply_policy: str
    answered: bool
    last_entry_at: datetime
    subject: str


class CarriedFile(msgspec.Struct, frozen=True, gc=False):
    """A file that an entry or a draft carries: its name, its size in bytes, what it is.

    `width` and `height` are those of its preview, in pixels, where there is one.
    """

    id: str
    name: str
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None


class NewLine(msgspec.Struct, frozen=True, gc=False):
    """A line to be appended; it gets its number from its room."""

    message_id: str
    kind: str
    author_id: str
    body: str = ""
    client_id: str | None = None
    about_person_id: str | None = None
    reply_to_seq: int | None = None
    attachments: tuple[str, ...] = ()


class StoredLine(msgspec.Struct, frozen=True, gc=False):
    """A line of the log as it was just stored. `reply_count` counts messages and replies up to it."""

    message_id: str
    seq: int
    kind: str
    author_id: str
    body: str
    client_id: str | None
    about_person_id: str | None
    reply_to_seq: int | None
    reply_count: int
    created_at: datetime


class StoredReply(msgspec.Struct, frozen=True):
    """What a `client_id` of an author already names."""

    message_id: str
    seq: int
    body: str
    reply_to_seq: int | None
    created_at: datetime
    attachments: tuple[str, ...] = ()
