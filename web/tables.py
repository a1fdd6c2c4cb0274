"""Tables that admins bring as CSV files, and how they go out."""

from starlette.requests import Request
from starlette.responses import Response

from web.api.attachments import disposition
from web.bounds import LARGEST_IMPORT
from web.errors import Refused
from web.uploads import Parts

CSV = "text/csv; charset=utf-8"
MOST_PARTS = 20


async def brought(request: Request) -> dict[str, bytes]:
    """The fields of a form with a file, by name, each within the bounds of an import. Raises `Refused`."""
    fields: dict[str, bytes] = {}
    async for part in Parts(request, most=MOST_PARTS):
        held = bytearray()
        async for chunk in part.chunks():
            held += chunk
            if len(held) > LARGEST_IMPORT:
                raise Refused(413, "too_large", f"A file has at most {LARGEST_IMPORT} bytes here.")
        fields[part.name] = bytes(held)
    return fields


async def brought_file(request: Request) -> bytes:
    """The form's field `file`. Raises `Refused`."""
    fields = await brought(request)
    if "file" not in fields:
        raise Refused(400, "bad_form", "The form has no field named file.")
    return fields["file"]


def csv_file(name: str, text: str) -> Response:
    """A table as a file to keep."""
    # With a mark by which spreadsheets know that it is UTF-8.
    return Response(
        f"\ufeff{text}".encode(), headers={"Content-Type": CSV, "Content-Disposition": disposition(name)}
    )
