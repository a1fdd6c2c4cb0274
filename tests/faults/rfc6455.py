"""What a peer may and may not send by RFC 6455, as bytes: the cases of the Autobahn suite's server part, compactly.

(The suite itself runs on Python 2 only.) A case is a list of frames that are sent after the opening handshake; what a
server must do with them is not written here, but asked of the library under it.
"""

from collections.abc import Iterator
from random import Random

from tests.faults.raw_peer import BINARY, CLOSE, CONTINUED, PING, PONG, TEXT, command, frame

WORD = b'{"type":"ping","n":1}'
GREEK = "κόσμε 字 😀".encode()
LARGEST = 256 * 1024

NOT_UTF8 = [
    b"\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80", b"\x80", b"\xbf", b"\xce", b"\xe2\x82", b"\xf0\x9f\x98", b"a\xce\xbab\xed\xa0\x80c",
]  # fmt: skip
UTF8 = [
    b"\x00", b"\x7f", b"\xc2\x80", b"\xdf\xbf", b"\xe0\xa0\x80", b"\xef\xbf\xbf", b"\xf0\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf", b"\xef\xbf\xbd", GREEK,
]  # fmt: skip
CLOSE_CODES = [
    0, 1, 500, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015,
    1016, 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535,
]  # fmt: skip

Case = tuple[str, bytes]


def cases() -> list[Case]:
    """Every case: its name and its bytes."""
    return [
        (name, b"".join(frames))
        for group in (_sizes, _pings, _reserved, _fragments, _texts, _closes, _odd_heads)
        for name, frames in group()
    ]


def pieces(data: bytes, dice: Random) -> Iterator[bytes]:
    """The same bytes in pieces as the network may cut them."""
    at = 0
    while at < len(data):
        size = dice.choice((1, 2, 3, 7, 100, 4096, 65536))
        yield data[at : at + size]
        at += size


Frames = tuple[str, list[bytes]]


def _sizes() -> Iterator[Frames]:
    for size in (0, 1, 125, 126, 127, 128, 65535, 65536, LARGEST - 1, LARGEST):
        yield f"text of {size}", [frame(TEXT, b"x" * size)]
        yield f"bytes of {size}", [frame(BINARY, b"\xfe" * size)]
    for size in (LARGEST + 1, 2 * LARGEST):
        yield f"text of {size}", [frame(TEXT, b"x" * size)]
    yield "too large by its head alone", [frame(TEXT, b"x" * 2 * LARGEST)[:10]]
    yield "a length of 2 bytes where 7 bits do", [frame(TEXT, WORD, wide=2)]
    yield "a length of 8 bytes where 7 bits do", [frame(TEXT, WORD, wide=8)]
    yield "a length with the highest bit", [b"\x81\xff\xff" + b"\xff" * 7]
    yield "many at once", [frame(TEXT, WORD)] * 50
    for size in (LARGEST // 4, LARGEST // 4 + 1):
        parts = [frame(CONTINUED, b"x" * size, fin=number == 2) for number in range(3)]
        yield f"four fragments of {size}", [frame(TEXT, b"x" * size, fin=False), *parts]


def _pings() -> Iterator[Frames]:
    for size in (0, 5, 125, 126, 65536):
        yield f"a ping of {size}", [frame(PING, b"\xfe" * size)]
    yield "ten pings", [frame(PING, b"%d" % number) for number in range(10)]
    yield "a pong unasked", [frame(PONG, b"nobody asked"), frame(TEXT, WORD)]
    yield "a pong too large", [frame(PONG, b"x" * 126)]
    yield "a ping in two fragments", [frame(PING, b"a", fin=False), frame(CONTINUED, b"b")]
    yield "a pong that goes on", [frame(PONG, b"a", fin=False)]


def _reserved() -> Iterator[Frames]:
    for rsv in range(1, 8):
        yield f"reserved bits {rsv:03b}", [frame(TEXT, WORD), frame(TEXT, WORD, rsv=rsv), frame(PING, b"x")]
        yield f"a ping with reserved bits {rsv:03b}", [frame(PING, b"x", rsv=rsv)]
        yield f"a close with reserved bits {rsv:03b}", [frame(CLOSE, rsv=rsv)]
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield f"opcode {opcode}", [frame(TEXT, WORD), frame(opcode, b"x"), frame(PING, b"x")]
        yield f"opcode {opcode}, empty", [frame(opcode)]
    yield "a text that is not masked", [frame(TEXT, WORD, masked=False)]
    yield "a ping that is not masked", [frame(PING, masked=False)]
    yield "a close that is not masked", [frame(CLOSE, masked=False)]
    yield (
        "a fragment that is not masked",
        [frame(TEXT, b"{", fin=False), frame(CONTINUED, b"}", masked=False)],
    )


def _fragments() -> Iterator[Frames]:
    begin, end = frame(TEXT, WORD[:5], fin=False), frame(CONTINUED, WORD[5:])
    yield "two fragments", [begin, end]
    yield "a ping in between", [begin, frame(PING, b"between"), end]
    yield "many pings in between", [begin, *[frame(PING, b"%d" % number) for number in range(9)], end]
    yield "a pong in between", [begin, frame(PONG, b"between"), end]
    yield "a close in between", [begin, frame(CLOSE, b"\x03\xe8")]
    yield "nothing to go on with", [frame(CONTINUED, WORD)]
    yield "nothing to go on with, and more to come", [frame(CONTINUED, WORD, fin=False)]
    yield "going on after the end", [frame(TEXT, WORD), end]
    yield "a new text in between", [begin, frame(TEXT, WORD)]
    yield "new bytes in between", [begin, frame(BINARY, WORD)]
    yield "without an end", [begin]
    yield "two beginnings", [begin, begin]
    yield "bytes in fragments", [frame(BINARY, b"\xfe", fin=False), frame(CONTINUED, b"\xff")]
    yield "one byte each", [frame(TEXT, WORD[:1], fin=False), *_each(WORD[1:]), frame(CONTINUED)]
    empty = [frame(CONTINUED, fin=False)] * 300
    yield "empty ones", [frame(TEXT, fin=False), *empty, frame(CONTINUED, WORD)]
    yield "all empty", [frame(TEXT, fin=False), *empty, frame(CONTINUED)]
    yield "the next one after it", [begin, end, begin, end, frame(TEXT, WORD)]


def _texts() -> Iterator[Frames]:
    for text in UTF8:
        yield f"UTF-8 {text!r}", [frame(TEXT, text)]
        yield f"UTF-8 {text!r}, one byte each", [frame(TEXT, fin=False), *_each(text), frame(CONTINUED)]
    for text in NOT_UTF8:
        yield f"not UTF-8 {text!r}", [frame(TEXT, text)]
        yield f"not UTF-8 {text!r}, after good text", [frame(TEXT, WORD), frame(TEXT, GREEK + text)]
        yield f"not UTF-8 {text!r}, one byte each", [frame(TEXT, fin=False), *_each(text), frame(CONTINUED)]
        yield f"not UTF-8 {text!r}, as bytes", [frame(BINARY, text)]


def _closes() -> Iterator[Frames]:
    yield "a close without a code", [frame(CLOSE)]
    yield "a close of one byte", [frame(CLOSE, b"\x03")]
    for code in CLOSE_CODES:
        yield f"a close with {code}", [frame(CLOSE, code.to_bytes(2, "big"))]
    yield "a close with a reason", [frame(CLOSE, b"\x03\xe8" + "adiós".encode())]
    yield "a close with the longest reason", [frame(CLOSE, b"\x03\xe8" + b"x" * 123)]
    yield "a close that is too long", [frame(CLOSE, b"\x03\xe8" + b"x" * 124)]
    yield "a close whose reason is not UTF-8", [frame(CLOSE, b"\x03\xe8\xff\xfe")]
    yield "two closes", [frame(CLOSE, b"\x03\xe8"), frame(CLOSE, b"\x03\xe9")]
    yield "a ping after the close", [frame(CLOSE, b"\x03\xe8"), frame(PING, b"after")]
    yield "a text after the close", [frame(CLOSE, b"\x03\xe8"), frame(TEXT, WORD)]
    yield "a text before the close", [frame(TEXT, WORD), frame(CLOSE, b"\x03\xe8")]


def _odd_heads() -> Iterator[Frames]:
    yield "HTTP", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
    yield "zeros", [b"\x00" * 64]
    yield "ones", [b"\xff" * 64]
    yield "a command", [command(type="ping", n=2)]


def _each(data: bytes) -> list[bytes]:
    return [frame(CONTINUED, data[at : at + 1], fin=False) for at in range(len(data))]
