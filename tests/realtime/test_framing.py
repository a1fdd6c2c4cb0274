"""Where client frames begin and end: the same answers as the library's parser gives."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from realtime.framing import is_text, span, unmasked

payloads = st.binary(max_size=300) | st.integers(65_530, 65_540).map(lambda size: b"x" * size)


@given(st.lists(st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), payloads), max_size=5))
def test_what_the_library_frames_is_found_again(messages: list[tuple[Opcode, bytes]]) -> None:
    """Every frame of a stream is found with its payload, and the last ends where the stream does."""
    stream = b"".join(Frame(opcode, payload).serialize(mask=True) for opcode, payload in messages)
    at = 0
    for opcode, payload in messages:
        start, end = span(stream, at)
        assert unmasked(stream, start, end) == payload
        assert is_text(stream, at) == (opcode is Opcode.TEXT)
        at = end
    assert at == len(stream)


@given(payloads, st.data())
def test_an_incomplete_frame_ends_beyond_what_is_there(payload: bytes, data: st.DataObject) -> None:
    """However little of it has come, the end lies beyond, and never beyond the whole frame's."""
    frame = Frame(Opcode.TEXT, payload).serialize(mask=True)
    some = frame[: data.draw(st.integers(1, len(frame) - 1))]
    assert len(some) < span(some, 0)[1] <= len(frame)


def test_a_message_in_pieces_or_without_a_mask_is_not_taken() -> None:
    """Fragments and what no client may send are the library's."""
    assert not is_text(Frame(Opcode.TEXT, b"half", fin=False).serialize(mask=True), 0)
    assert not is_text(Frame(Opcode.CONT, b"half").serialize(mask=True), 0)
    assert not is_text(Frame(Opcode.TEXT, b"bare").serialize(mask=False), 0)
