"""What a body may be: 1 to 20,000 code points after trimming, without NUL or lone surrogates."""

import re

from app.errors import InvalidBody

MOST = 20_000
"""The longest body, in code points."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def check_body(text: str, *, may_be_empty: bool = False) -> str:
    """Give back the trimmed body; raise `InvalidBody` when it cannot be kept.

    Drafts pass `may_be_empty`, since one may save before a word is written.
    """
    text = check_text(text).strip()
    if not text and not may_be_empty:
        raise InvalidBody("The body is empty.")
    return text


def check_text(text: str) -> str:
    """Give back `text` unchanged; raise `InvalidBody` when it is too long or cannot be stored."""
    if len(text) > MOST and len(text.strip()) > MOST:
        raise InvalidBody(f"The body is longer than {MOST} characters.")
    if "\0" in text or not (text.isascii() or _SURROGATE.search(text) is None):
        raise InvalidBody("The body holds NUL characters or lone surrogates.")
    return text
