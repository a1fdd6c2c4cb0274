"""What a file is called and what it is, from what a stranger says of it and from its first bytes."""

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 200
"""Code points of a name."""
LONGEST_ENDING = 20
HEAD = 8192
"""Bytes from which a file is recognised: more than the magic numbers reach into it."""
UNKNOWN = "application/octet-stream"
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}
"""What a preview is made of."""

_SEPARATORS = re.compile(r"[/\\]")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,50}/[a-z0-9][a-z0-9.+-]{0,60}")


def harmless(name: str) -> str:
    """The last part of a path as a name that every system can show and keep: no controls, no turned-round endings.

    What is left may be empty, and is then just called a file.
    """
    name = unicodedata.normalize("NFC", _SEPARATORS.split(name)[-1])
    # Control, format (also those that reverse the direction of writing), surrogate and unassigned code points.
    name = "".join(
        " " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    name = " ".join(name.split()).strip(". ")
    if len(name) <= LONGEST:
        return name or "file"
    ending = PurePosixPath(name).suffix
    if len(ending) > LONGEST_ENDING:
        ending = ""
    return name[: LONGEST - len(ending)].rstrip(". ") + ending


def media_type(name: str, head: bytes) -> str:
    """What the first bytes say; where they say nothing, what the name says.

    An image that only the name says is one is none, so that nobody tries to show it.
    """
    import puremagic  # here, since who never brings a file starts sooner without it

    try:
        found = puremagic.from_string(head, mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        found = ""
    if not _MEDIA_TYPE.fullmatch(found):
        found = mimetypes.guess_type(name)[0] or UNKNOWN
        if found in SHOWN:
            found = UNKNOWN
    return found
