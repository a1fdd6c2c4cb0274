"""How large a request may be."""

from collections.abc import AsyncIterator
from typing import Any

import httpx


async def test_bodies_are_bounded(client: httpx.AsyncClient) -> None:
    """A body over 1 MiB is refused, whether its size is declared or found out while it comes."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert (await client.post("/api/echo", content=b"x" * 1024 * 1024)).text == str(1024 * 1024)
    contents: list[Any] = [b"x" * (1024 * 1024 + 1), chunks()]
    for content in contents:
        answer = await client.post("/api/echo", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_heads_are_bounded(client: httpx.AsyncClient) -> None:
    """Long addresses and large headers are refused before anything looks at them."""
    long = await client.get("/api/me?q=" + "x" * 10_000)
    assert (long.status_code, long.json()["code"]) == (414, "uri_too_long")
    large = await client.get("/api/me", headers={"X-Large": "x" * 40_000})
    assert (large.status_code, large.json()["code"]) == (431, "headers_too_large")
