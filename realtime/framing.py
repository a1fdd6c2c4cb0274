"""Where client frames begin and end in what came over the wire (RFC 6455 §5.2). No I/O.

The library's parser is a generator that may wait in the middle of any frame; for the many whole, short text messages
that clients send, finding their ends costs a small part of that. All others, and all that is wrong, go to the library.
"""

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - where no compiled part of the library is to be had
    from websockets.utils import apply_mask

from realtime.frames import MOST_FRAME

TEXT = 0x81
"""First byte of a text message that is in one piece."""
MASKED = 0x80
MASK = 4
MEDIUM, LONG = 126, 127
"""Length bytes that announce a length of two or eight bytes."""
LONGEST_HEAD = 14
KNOWN = {0x0, 0x1, 0x2, 0x8, 0x9, 0xA}
"""Opcodes (RFC 6455 §5.2)."""


class Cutter:
    """Cuts what one client sends into whole frames; keeps the beginning of one whose end has not come yet."""

    __slots__ = ("_needed", "_passes", "_rest")

    def __init__(self) -> None:
        self._rest = bytearray()
        self._needed = 0
        """The size of the rest at which it is worth looking again."""
        self._passes = False
        """Whether something came that has no end to be found: the library says what is wrong with it."""

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """The frames that are whole now, each with where its mask begins if it is a text message in one piece, else 0.

        What no frame may begin with, and what is announced as too large, comes as it is, and all that follows with it:
        the library refuses it, some of it only at its end.
        """
        if self._passes:
            return [(data, 0)]
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return []
            data = bytes(self._rest)
            self._rest.clear()
        frames: list[tuple[bytes, int]] = []
        at, size = 0, len(data)
        while at < size:
            start, end = span(data, at)
            if end - at > MOST_FRAME + LONGEST_HEAD or (end > size and is_wrong(data, at)):
                frames.append((data[at:], 0))
                self._passes = True
                break
            if end > size:
                self._rest += data[at:]
                self._needed = end - at
                break
            frames.append((data[at:end], start - at if is_text(data, at) else 0))
            at = end
        return frames


def span(data: bytes, at: int) -> tuple[int, int]:
    """Where the frame that begins at `at` has its mask or payload, and where it ends.

    The end lies beyond `data` when not all of the frame is there; when not even its head is, it is the head's end.
    """
    if len(data) < at + 2:
        return at + 2, at + 2
    mask, length = MASK * (data[at + 1] >> 7), data[at + 1] & 0x7F
    if length < MEDIUM:
        return at + 2, at + 2 + mask + length
    start = at + (4 if length == MEDIUM else 10)
    if len(data) < start:
        return start, start
    if length == MEDIUM:
        return start, start + mask + (data[at + 2] << 8 | data[at + 3])
    return start, start + mask + int.from_bytes(data[at + 2 : start], "big")


def is_text(data: bytes, at: int) -> bool:
    """Whether a text message in one piece, masked as a client's has to be, begins at `at`."""
    return data[at] == TEXT and data[at + 1] & MASKED != 0


def is_wrong(data: bytes, at: int) -> bool:
    """Whether no frame may begin like this, so that there is nothing to wait for."""
    if len(data) < at + 2:
        return False
    first, second = data[at], data[at + 1]
    is_control = first & 0x08 != 0
    return (
        first & 0x70 != 0
        or first & 0x0F not in KNOWN
        or second & MASKED == 0
        or (is_control and (first & 0x80 == 0 or second & 0x7F >= MEDIUM))
    )


def unmasked(frame: bytes, start: int) -> bytes:
    """The payload of a frame whose mask begins at `start`."""
    return apply_mask(frame[start + MASK :], frame[start : start + MASK])
