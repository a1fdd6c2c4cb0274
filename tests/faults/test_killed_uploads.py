"""A server process is killed while files come in: nothing of them is left once housekeeping has been there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from app.tidying import KEEP_UNNAMED, PARTS, tidy_files
from store.database import Database
from tests import factories
from tests.conftest import SECRET, ProcessFactory
from tests.nodes import ServerProcess
from tests.waiting import PATIENCE, wait_for

AT_ONCE = 4
PIECE = b"x" * 65_536


async def test_a_kill_during_uploads_leaves_nothing(
    process_factory: ProcessFactory, sqlite_url: str, tmp_path: Path
) -> None:
    """Whole files stay, unfinished ones go, and the process that comes after it takes in the same file."""
    server = await process_factory(sqlite_url, PARLEY_DATA=str(tmp_path / "files"))
    database = Database(sqlite_url)
    settings = Settings(database_url=sqlite_url, secret=SECRET, data=tmp_path / "files")  # type: ignore[arg-type]
    later = datetime.now(UTC) + KEEP_UNNAMED + timedelta(hours=1)
    site = Site(settings, database, lambda _: None, Throttle(), now=lambda: later)
    alice = await factories.person(site, "alice")
    token = await factories.token(site, alice)

    whole = await upload(server, token, "whole", once(b"whole"))
    uploads = [asyncio.create_task(upload(server, token, "part", endless())) for _ in range(AT_ONCE)]
    incoming = settings.data / "incoming"
    await wait_for(lambda: len(written(incoming)) == AT_ONCE, "all of them have begun to be written")
    server.kill()
    for task in uploads:
        with contextlib.suppress(httpx.HTTPError):
            await task
    assert len(written(incoming)) == AT_ONCE
    await server.start()
    again = await upload(server, token, "again", once(b"again"))
    tidied = await tidy_files(site, range(PARTS))
    assert (tidied.unfinished, tidied.unnamed) == (AT_ONCE, 0)
    assert len(written(settings.data)) == 2
    for kept in (whole, again):
        async with httpx.AsyncClient(base_url=server.url, headers=bearer(token), timeout=PATIENCE) as client:
            assert (await client.get(f"/api/attachments/{kept['id']}")).text == kept["name"]
    await database.close()


async def upload(
    server: ServerProcess, token: str, name: str, content: AsyncIterator[bytes]
) -> dict[str, str]:
    """A file as a program brings it whose length nobody knows yet."""

    async def form() -> AsyncIterator[bytes]:
        yield f'--y\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        async for piece in content:
            yield piece
        yield b"\r\n--y--\r\n"

    headers = bearer(token) | {"Content-Type": "multipart/form-data; boundary=y"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE) as client:
        brought: dict[str, str] = (await client.post("/api/attachments", content=form())).json()
        return brought


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def endless() -> AsyncIterator[bytes]:
    """A mebibyte, and then nothing more for as long as the server is there."""
    for _ in range(16):
        yield PIECE
    while True:
        await asyncio.sleep(0.2)
        yield b"x"


def written(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
