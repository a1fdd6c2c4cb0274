"""The files that browsers keep: style, scripts, icons.

They are served under `/static/<digest of all of them>/…`, so that relative imports between modules work without an
import map and everything may be kept for ever; a change of any of them changes the address of all. They are read,
joined and compressed once, when the server is made, and served from memory.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
COMPRESSED = {".js", ".css", ".svg", ".webmanifest"}
# Whole lines only: nothing inside code or strings begins like this in our scripts.
SCRIPT_COMMENT = re.compile(rb"^[ ]*(?:/\*\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n", re.MULTILINE)
INDENTATION = re.compile(rb"^[ ]+", re.MULTILINE)
STYLE_IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>[a-z]+)\);')


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent: plain, and compressed where that makes it smaller."""

    content: bytes
    compressed: bytes | None
    media_type: str


@cache
def static_files() -> "StaticFiles":
    """The files of this version."""
    return StaticFiles(FOLDER)


async def serve_static(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request below `/static`."""
    await static_files()(scope, receive, send)


class StaticFiles:
    """An ASGI application that serves the files of `folder` below `<digest>/`."""

    def __init__(self, folder: Path) -> None:
        contents = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        self.digest = _digest(contents)
        self._files = {
            path: _prepare(path, _joined(path, contents)) for path, content in contents.items() if content
        }

    def url(self, path: str) -> str:
        """The address of one file; an unknown one is a programmer's error."""
        if path not in self._files:
            raise KeyError(path)
        return f"{self.base}{path}"

    @property
    def base(self) -> str:
        """The address below which all files are."""
        return f"/static/{self.digest}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below `/static`."""
        response = self._answer(scope)
        await response(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/")
        digest, _, name = path.partition("/")
        file = self._files.get(name)
        if file is None:
            return Response(status_code=404)
        # Another digest: a page of the version before or after ours asks (rolling restart). What it gets is not kept.
        headers = {
            "Cache-Control": FOR_EVER if digest == self.digest else "no-store",
            "Vary": "Accept-Encoding",
        }
        content = file.content
        if file.compressed is not None and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            content = file.compressed
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=file.media_type, headers=headers)


def _digest(contents: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for path, content in contents.items():
        whole.update(f"{path}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()[:12]


def _joined(path: str, contents: dict[str, bytes]) -> bytes:
    """A style sheet with the ones that it imports, each in its layer: one transfer instead of one after another."""
    if not path.endswith(".css"):
        return contents[path]
    folder = PurePosixPath(path).parent

    def imported(match: re.Match[str]) -> str:
        content = contents[(folder / match["path"]).as_posix()].decode()
        return f"@layer {match['layer']} {{\n{content}}}"

    return STYLE_IMPORT.sub(imported, contents[path].decode()).encode()


def _prepare(path: str, content: bytes) -> StaticFile:
    suffix = PurePosixPath(path).suffix
    if suffix == ".js":
        # What is written for people stays here: it would be a quarter of the transfer.
        content = INDENTATION.sub(b"", SCRIPT_COMMENT.sub(b"", content))
    media_type = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    compressed = gzip.compress(content, 9, mtime=0) if suffix in COMPRESSED else None
    return StaticFile(content, compressed, media_type)
