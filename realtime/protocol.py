"""The wire protocol `parley.v1`: bytes to commands (`realtime.commands`), frames (`realtime.frames`) to bytes.

No I/O. Decoding validates: what comes out has every field in its type and within its bounds.
"""

import json
import re
import struct
from typing import Any

import msgspec
from msgspec import Struct

from app.events import Line
from realtime.commands import Command
from realtime.frames import Entry, ServerFrame

SUBPROTOCOL = "parley.v1"


class Close:
    """Close codes of the socket."""

    MALFORMED = 4400
    NOT_SIGNED_IN = 4401
    SESSION_ENDED = 4403
    TOO_SLOW = 4408
    TOO_LARGE = 4413
    TOO_MANY = 4429
    RESTARTING = 1012


class BadFrame(Exception):
    """A frame that is no command: what was wrong, and its `id` where it could be read."""

    def __init__(self, detail: str, frame_id: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.frame_id = frame_id


class NotText(BadFrame):
    """A frame that is not even UTF-8 text: the connection cannot go on."""


# The head of an unmasked, unfragmented text message: RFC 6455 §5.2.
TEXT = 0x81
MEDIUM, LONG = 126, 127
LARGE = 1 << 16
SHORT_HEAD, MEDIUM_HEAD, LONG_HEAD = struct.Struct("!BB"), struct.Struct("!BBH"), struct.Struct("!BBQ")

BACKSLASH = ord("\\")
ECHOED = {"id", "n"}
"""Fields that only come back as they are."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")

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
        command = _decode_with_surrogates(data, str(error))
    if BACKSLASH in data:
        # JSON holds neither NUL nor lone surrogates but in escapes.
        _refuse_unwritable(command, data)
    return command


def encode(frame: ServerFrame) -> bytes:
    """The frame as a complete WebSocket text message, ready for the transport."""
    payload = _encode(frame)
    size = len(payload)
    if size < MEDIUM:
        return SHORT_HEAD.pack(TEXT, size) + payload
    if size < LARGE:
        return MEDIUM_HEAD.pack(TEXT, MEDIUM, size) + payload
    return LONG_HEAD.pack(TEXT, LONG, size) + payload


def entry(discussion: str, line: Line) -> Entry:
    """The frame for one line of a discussion's log."""
    return Entry(
        line.seq,
        line.kind,
        line.author,
        line.at,
        line.body,
        line.attachments,
        line.html,
        line.client_id,
        line.reply_to,
        line.about,
        line.mentions,
        discussion=discussion,
    )


def _decode_with_surrogates(data: bytes, detail: str) -> Command:
    """Lone surrogates are legal JSON that msgspec cannot hold; they are refused later, as a body."""
    if not _is_text(data):
        raise NotText("The frame is not UTF-8.")
    if b"\\ud" not in data and b"\\uD" not in data:
        raise BadFrame(f"Not a JSON object: {detail}")
    try:
        command: Command = msgspec.convert(json.loads(data), Command)
    except (msgspec.ValidationError, ValueError, RecursionError):
        raise BadFrame(f"Not a JSON object: {detail}") from None
    return command


def _refuse_unwritable(command: Command, data: bytes) -> None:
    """No name holds NUL, and nothing holds a lone surrogate; save a body, which is refused later, as a body."""
    for field in command.__struct_fields__:
        value = getattr(command, field)
        texts = value if isinstance(value, (list, dict)) else [value]
        unwritable = _SURROGATE if field in ECHOED else _SURROGATE_OR_NUL
        if field != "body" and any(isinstance(text, str) and unwritable.search(text) for text in texts):
            raise BadFrame(f"`{field}` holds what cannot be written.", _id_of(data))


def _is_text(data: bytes) -> bool:
    # The decoder stops at the first wrong byte of the JSON, and may not have come to what is no UTF-8.
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class _WithId(Struct):
    id: Any = None


_loose_id = msgspec.json.Decoder(_WithId)


def _id_of(data: bytes) -> str | None:
    try:
        found = _loose_id.decode(data).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, str) else None
