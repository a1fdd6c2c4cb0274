"""Bringing files, and sending messages that carry them."""

from pathlib import Path

import httpx

from app.site import Identity, Site

SMALL = b"Dear all,\nthis is a file.\n"


async def upload(client: httpx.AsyncClient, name: str, content: bytes) -> httpx.Response:
    """A file as a browser brings it."""
    return await client.post("/api/attachments", files={"file": (name, content)}, timeout=30)


async def sent(client: httpx.AsyncClient, to: list[Identity], files: list[str]) -> str:
    """A message that carries these; gives back its discussion."""
    fields = {"body": "See", "to": [{"person": one.person_id} for one in to], "attachments": files}
    draft = (await client.post("/api/messages", json=fields)).json()["id"]
    answer = (await client.post(f"/api/messages/{draft}/send")).json()
    room: str = answer["discussion"]["id"]
    return room


def stored(site: Site) -> list[Path]:
    """Where the site keeps bytes."""
    return [path for path in site.settings.data.rglob("*") if path.is_file()]
