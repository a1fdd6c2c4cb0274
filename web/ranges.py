"""Parts of a file that a client asks for (RFC 9110 §14): one range, or the whole."""

import re
from collections.abc import Mapping

from web.errors import Refused

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def wanted(headers: Mapping[str, str], size: int, entity_tag: str) -> tuple[int, int] | None:
    """The first byte and the one after the last, as `Range` asks; None for the whole.

    What is not understood, several ranges at once, and a range of another version (`If-Range`) are answered with the
    whole. Raises `Refused` (416) where the file has nothing of what is asked for.
    """
    asked = RANGE.fullmatch(headers.get("range", "").strip().replace(" ", ""))
    if asked is None or headers.get("if-range", entity_tag) != entity_tag:
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = int(last) + 1 if first and last else size
    if start >= size:
        raise Refused(
            416, "no_such_range", "The file has no such bytes.", {"Content-Range": f"bytes */{size}"}
        )
    return start, min(end, size)
