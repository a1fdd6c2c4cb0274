"""A file of 200 MB comes in and goes out again: the server holds no more of it in memory than a few pieces."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.conftest import SECRET, ProcessFactory
from tests.object_server import S3Server

MIB = 1024 * 1024
SIZE_MIB = 200
MOST_GROWTH = 24 * MIB
"""Of the process's largest size: less than the files. What it takes is two parts, and the libraries for them."""


@pytest.mark.parametrize("kind", ["folder", "s3"])
async def test_200_mb_hold_memory_flat(
    kind: str,
    process_factory: ProcessFactory,
    sqlite_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """Streamed in both directions, to and from a folder and an S3-like store."""
    environment = {"PARLEY_ATTACHMENT_MIB": str(SIZE_MIB), "PARLEY_DATA": str(tmp_path / "files")}
    if kind == "s3":
        s3: S3Server = request.getfixturevalue("s3")
        environment |= s3.environment | {"PARLEY_FILES_URL": s3.create_bucket("large")}
    server = await process_factory(sqlite_url, **environment)
    headers = {"Authorization": f"Bearer {await somebodys_token(sqlite_url)}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120) as client:
        # The libraries are loaded by the first, small one.
        await client.post("/api/attachments", files={"file": ("small", b"small")})
        before = peak_memory(server.pid)
        sent = hashlib.sha256()
        brought = await client.post(
            "/api/attachments",
            content=form(sent, SIZE_MIB),
            headers={"Content-Type": "multipart/form-data; boundary=y"},
        )
        assert brought.status_code == 201, brought.text
        assert brought.json()["size"] == SIZE_MIB * MIB
        coming_in = peak_memory(server.pid) - before
        had = hashlib.sha256()
        async with client.stream("GET", brought.headers["location"]) as response:
            async for piece in response.aiter_bytes():
                had.update(piece)
        going_out = peak_memory(server.pid) - before
    print(f"{kind}: {coming_in / MIB:.1f} MiB more coming in, {going_out / MIB:.1f} MiB in all")  # noqa: T201
    assert had.digest() == sent.digest()
    assert coming_in < MOST_GROWTH
    assert going_out < MOST_GROWTH


async def somebodys_token(url: str) -> str:
    """An access token of a new person."""
    database = Database(url)
    settings = Settings.model_validate({"database_url": url, "secret": SECRET})
    site = Site(settings, database, lambda events: None, Throttle())
    token = await factories.token(site, await factories.person(site, "alice"))
    await database.close()
    return token


async def form(digest: "hashlib._Hash", size_mib: int) -> AsyncIterator[bytes]:
    """A form with the file, made while it is sent."""
    yield b'--y\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
    for number in range(size_mib):
        piece = hashlib.sha256(str(number).encode()).digest() * (MIB // 32)
        digest.update(piece)
        yield piece
    yield b"\r\n--y--\r\n"


def peak_memory(pid: int) -> int:
    """The most that a process has held in memory so far, in bytes (VmHWM of proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
