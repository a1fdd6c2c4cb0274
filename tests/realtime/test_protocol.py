"""The wire protocol: bytes to commands and back, without any I/O."""

import json

import pytest

from app.events import Line, PersonRef
from realtime import commands, frames, protocol
from realtime.protocol import BadFrame, NotText, decode, encode
from store.columns import utc_now

POST = {"type": "post", "id": "1", "discussion": "d", "client_id": "c", "body": "hello"}


def frame(**changes: object) -> bytes:
    """The bytes of a `post` with some fields changed."""
    return json.dumps({**POST, **changes}).encode()


@pytest.mark.parametrize(
    ("data", "command"),
    [
        ({"type": "hello"}, commands.Hello()),
        ({"type": "hello", "resume": {"d": 4}}, commands.Hello({"d": 4})),
        (POST, commands.Post("1", "d", "c", "hello")),
        ({**POST, "reply_to": 3, "unheard": [1]}, commands.Post("1", "d", "c", "hello", None, 3)),
        ({"type": "read", "discussion": "d", "seq": 0}, commands.Read("d", 0)),
        ({"type": "unread", "discussion": "d", "seq": 2, "id": "x"}, commands.Unread("d", 2, "x")),
        ({"type": "open", "discussion": "d"}, commands.Open("d")),
        ({"type": "close", "discussion": "d"}, commands.Shut("d")),
        ({"type": "typing", "discussion": "d", "on": True}, commands.Typing("d", True)),
        ({"type": "ping", "n": 7}, commands.Ping(7)),
    ],
)
def test_each_command_is_read(data: dict[str, object], command: commands.Command) -> None:
    """Every command of the contract comes out typed; unknown fields are ignored."""
    assert decode(json.dumps(data).encode()) == command


@pytest.mark.parametrize(
    ("data", "frame_id"),
    [
        (b"hello", None),
        (b"[]", None),
        (b"{}", None),
        (b'{"type":"dance","id":"7"}', "7"),
        (b'{"type":"post","id":"8"}', "8"),
        (frame(client_id="c" * 65), "1"),
        (frame(client_id=""), "1"),
        (frame(client_id="a\0b"), "1"),
        (frame(body=5), "1"),
        (frame(reply_to=0), "1"),
        (frame(id=5), None),
        (b'{"type":"read","discussion":"d","seq":-1}', None),
        (b'{"type":"read","discussion":"d","seq":1e300}', None),
        (b'{"type":"typing","discussion":"d","on":1}', None),
        (b'{"type":"hello","resume":' + json.dumps({str(n): 1 for n in range(201)}).encode() + b"}", None),
        (b'{"type":"ping","z":' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
        (b"", None),
    ],
)
def test_what_is_no_command_is_refused_with_its_id(data: bytes, frame_id: str | None) -> None:
    """A bad frame says what is wrong and whose answer it is."""
    with pytest.raises(BadFrame) as refused:
        decode(data)
    assert refused.value.detail
    assert refused.value.frame_id == frame_id


def test_a_lone_surrogate_gets_as_far_as_the_body_check() -> None:
    """It is legal JSON, so it is refused as a body and not as a frame."""
    command = decode(b'{"type":"post","id":"1","discussion":"d","client_id":"c","body":"a\\ud800"}')
    assert isinstance(command, commands.Post)
    assert command.body == "a\ud800"


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"open","discussion":"a\\u0000","id":"7"}',
        b'{"type":"open","discussion":"a\\ud800","id":"7"}',
        b'{"type":"post","id":"7","discussion":"d","client_id":"\\u0000","body":"x"}',
        b'{"type":"post","id":"7","discussion":"d","client_id":"c","body":"x","attachments":["\\u0000"]}',
        b'{"type":"hello","resume":{"\\u0000":1}}',
        b'{"type":"ping","n":"\\udfff"}',
        b'{"type":"read","discussion":"d","seq":1,"id":"\\ud83d"}',
    ],
)
def test_names_that_cannot_be_kept_or_written_are_refused(data: bytes) -> None:
    """NUL in a name, and lone surrogates anywhere but in a body, are a bad frame."""
    with pytest.raises(BadFrame):
        decode(data)


def test_what_only_comes_back_may_hold_nul() -> None:
    """The `id` of a command is never stored; escapes that can be written are nothing special."""
    assert decode(b'{"type":"open","discussion":"\\u00e9","id":"\\u0000"}') == commands.Open("é", "\0")
    assert decode(b'{"type":"ping","n":"\\ud83d\\ude00"}') == commands.Ping("😀")


def test_bytes_that_are_no_text_are_told_apart() -> None:
    """Invalid UTF-8 ends the connection, so it has an error of its own."""
    with pytest.raises(NotText):
        decode(b'{"type":"ping","n":"\xff"}')
    with pytest.raises(NotText):
        decode(b"nonsense \xff")


def payload(framed: bytes) -> dict[str, object]:
    """The JSON object in a server frame of up to 65,535 bytes."""
    length, start = framed[1], 2
    if length == 126:
        length, start = int.from_bytes(framed[2:4], "big"), 4
    assert framed[0] == 0x81
    assert len(framed) == start + length
    found: dict[str, object] = json.loads(framed[start:])
    return found


def test_an_entry_has_the_fields_of_the_contract() -> None:
    """Optional fields are absent when there is nothing to say; `attachments` is always there."""
    now = utc_now()
    line = Line(3, "reply", PersonRef("p", "Alice"), now, "hello", (), client_id="c")
    told = payload(encode(protocol.entry("d", line)))
    assert told == {
        "type": "entry",
        "discussion": "d",
        "seq": 3,
        "kind": "reply",
        "author": {"id": "p", "name": "Alice"},
        "at": now.isoformat().replace("+00:00", "Z"),
        "body": "hello",
        "attachments": [],
        "client_id": "c",
    }


def test_long_frames_are_framed_as_rfc_6455_says() -> None:
    """A payload over 125 bytes has its length in two bytes, one over 65,535 in eight."""
    long = encode(frames.Error("code", "x" * 70_000))
    assert long[1] == 127
    assert int.from_bytes(long[2:10], "big") == len(long) - 10
    assert payload(encode(frames.Error("code", "x" * 300)))["detail"] == "x" * 300


def test_gone_and_errors_say_what_the_contract_says() -> None:
    """`gone` carries `head: null`; an error leaves out what it does not know."""
    assert payload(encode(frames.Gone("d", "removed"))) == {
        "type": "gone",
        "discussion": "d",
        "why": "removed",
        "head": None,
    }
    assert payload(encode(frames.Error("bad_frame", "no"))) == {
        "type": "error",
        "code": "bad_frame",
        "detail": "no",
    }
