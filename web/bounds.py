"""How large and how slow a request may be before anything else looks at it."""

import asyncio
import re

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import FileTooLarge, NotFound
from app.rules.files import FileLimits
from web.errors import Refused, answer

LARGEST_HEAD = 32 * 1024
"""Bytes of all header names and values together."""
LONGEST_TARGET = 8 * 1024
"""Bytes of path and query together."""
LARGEST_BODY = 1024 * 1024
"""Bytes. A body of 20,000 characters, every byte of it escaped in a form, takes a quarter of this."""
SLOWEST_BODY = 60.0
"""Seconds from the first wish to read a body to its last byte."""
SLOWEST_FILE = 8 * 1024
"""Bytes a second that a form with a file has to bring after that time."""
FILES_COME_TO = "/api/attachments"
FORMS_WITH_FILES = re.compile(r"/new|/drafts/[^/]+|/discussions/[^/]+/replies")
"""Pages whose forms bring files, too, where no scripts do (see `web.pages.filling`)."""
IMPORTS_COME_TO = re.compile(r"(/api)?/admin/import/[a-z]+")
LARGEST_IMPORT = 16 * 1024 * 1024
"""Bytes of a table that an admin brings: a hundred thousand people."""
AROUND_FILE = 64 * 1024
"""Bytes of a form with one file besides it."""
ALL_AT_ONCE = 4
"""Times what one message may carry that a page takes to answer which file was too much, with what was typed."""


class Bounds:
    """Refuses requests whose head or body is too large or comes too slowly, with bounded memory."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too large already; count the rest as it comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        refused = _refusal(scope)
        if refused:
            await answer(HTTPConnection(scope), refused)(scope, receive, send)
        else:
            await self.app(scope, _counted(scope, receive), send)


def _refusal(scope: Scope) -> Exception | None:
    if "\0" in scope["path"]:
        # No text with NUL is ever stored, and PostgreSQL does not even compare with one.
        return NotFound()
    target = len(scope.get("raw_path") or scope["path"].encode()) + len(scope.get("query_string", b""))
    if target > LONGEST_TARGET:
        return Refused(414, "uri_too_long", f"An address has at most {LONGEST_TARGET} bytes here.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEAD:
        return Refused(431, "headers_too_large", f"Headers have at most {LARGEST_HEAD} bytes here.")
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not declared.isdigit() or int(declared[:20]) > _most(scope):
        return _body_too_large(scope)
    return None


def _brings_file(scope: Scope) -> bool:
    return scope["method"] == "POST" and bool(scope["path"] == FILES_COME_TO)


def _brings_files(scope: Scope) -> bool:
    kinds = (value for name, value in scope["headers"] if name == b"content-type")
    is_form = next(kinds, b"").startswith(b"multipart/form-data")
    return is_form and scope["method"] == "POST" and bool(FORMS_WITH_FILES.fullmatch(scope["path"]))


def _brings_import(scope: Scope) -> bool:
    return scope["method"] == "POST" and bool(IMPORTS_COME_TO.fullmatch(scope["path"]))


def _most(scope: Scope) -> int:
    if _brings_import(scope):
        return LARGEST_IMPORT + AROUND_FILE
    if not (_brings_file(scope) or _brings_files(scope)):
        return LARGEST_BODY
    limits: FileLimits = scope["app"].state.node.settings.file_limits
    return limits.file + AROUND_FILE if _brings_file(scope) else ALL_AT_ONCE * limits.together + LARGEST_BODY


def _counted(scope: Scope, receive: Receive) -> Receive:
    total = 0
    complete = False
    began: float | None = None
    most = _most(scope)

    async def receive_within_bounds() -> Message:
        nonlocal total, complete, began
        if complete:
            return await receive()
        now = asyncio.get_running_loop().time()
        began = began or now
        earned = total / SLOWEST_FILE if most > LARGEST_BODY else 0.0
        try:
            async with asyncio.timeout_at(began + SLOWEST_BODY + earned):
                message = await receive()
        except TimeoutError:
            raise Refused(
                408, "too_slow", "The body did not arrive in time.", {"Connection": "close"}
            ) from None
        total += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if total > most:
            raise _body_too_large(scope)
        return message

    return receive_within_bounds


def _body_too_large(scope: Scope) -> Exception:
    if _brings_file(scope):
        return FileTooLarge(_most(scope) - AROUND_FILE)
    most = LARGEST_IMPORT if _brings_import(scope) else LARGEST_BODY
    return Refused(413, "too_large", f"A body has at most {most} bytes here.", {"Connection": "close"})
