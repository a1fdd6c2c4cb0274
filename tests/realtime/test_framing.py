"""Where client frames begin and end: the same answers as the library's parser gives."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from realtime.frames import MOST_FRAME
from realtime.framing import Cutter, unmasked

payloads = st.binary(max_size=300) | st.integers(65_530, 65_540).map(lambda size: b"x" * size)
opcodes = st.sampled_from([Opcode.TEXT, Opcode.BINARY])


@given(st.lists(st.tuples(opcodes, payloads), max_size=5), st.lists(st.floats(0, 1), max_size=6))
def test_what_the_library_frames_is_found_again(
    messages: list[tuple[Opcode, bytes]], parts: list[float]
) -> None:
    """However a stream is cut on its way, every frame of it is found, once and in order, with its payload."""
    framed = [Frame(opcode, payload).serialize(mask=True) for opcode, payload in messages]
    stream = b"".join(framed)
    cuts = sorted(round(part * len(stream)) for part in parts)
    cutter = Cutter()
    found = [
        frame
        for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for frame in cutter.feed(stream[begin:end])
    ]
    assert [frame for frame, _ in found] == framed
    for (opcode, payload), (frame, start) in zip(messages, found, strict=True):
        assert (start > 0) == (opcode is Opcode.TEXT)
        if start:
            assert unmasked(frame, start) == payload


def test_a_message_in_pieces_or_without_a_mask_is_the_library_s() -> None:
    """Fragments and what no client may send are handed on as they are."""
    for frame in (
        Frame(Opcode.TEXT, b"half", fin=False).serialize(mask=True),
        Frame(Opcode.CONT, b"half").serialize(mask=True),
        Frame(Opcode.TEXT, b"bare").serialize(mask=False),
    ):
        assert Cutter().feed(frame) == [(frame, 0)]


def test_what_is_wrong_or_too_large_is_not_waited_for() -> None:
    """Its head is handed on at once, so that it is refused before the rest has come."""
    too_large = Frame(Opcode.TEXT, b"x" * (MOST_FRAME + 1)).serialize(mask=True)[:20]
    reserved = bytes([0xC1]) + Frame(Opcode.TEXT, b"some text").serialize(mask=True)[1:5]
    for head in (too_large, reserved):
        assert Cutter().feed(head) == [(head, 0)]


def test_all_that_follows_what_is_wrong_is_handed_on() -> None:
    """The library refuses a control frame that is too large at its end, which must not be taken for other frames."""
    ping = bytes([0x89, 0xFE, 0, 126, 0, 0, 0, 0]) + Frame(Opcode.TEXT, b"x" * 200).serialize(mask=True)[:126]
    cutter = Cutter()
    assert [cutter.feed(part) for part in (ping[:3], ping[3:8], ping[8:20], ping[20:])] == [
        [(ping[:3], 0)],
        [(ping[3:8], 0)],
        [(ping[8:20], 0)],
        [(ping[20:], 0)],
    ]
