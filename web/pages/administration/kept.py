"""A file that waits for its import travels with the page that asks for it: nothing of it is kept on the server."""

import base64
import binascii
import zlib

from web.bounds import LARGEST_IMPORT
from web.errors import Refused


def packed(content: bytes) -> str:
    """The file as a hidden field holds it."""
    return base64.b64encode(zlib.compress(content, 6)).decode()


def unpacked(field: bytes) -> bytes:
    """What was `packed`. Raises `Refused` for anything else, and for what would be larger than an import may be."""
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(base64.b64decode(field, validate=True), LARGEST_IMPORT)
    except (binascii.Error, zlib.error):
        raise Refused(400, "bad_form", "The file did not come back as it was.") from None
    if not unpacking.eof:
        raise Refused(400, "bad_form", "The file did not come back as it was.")
    return content
