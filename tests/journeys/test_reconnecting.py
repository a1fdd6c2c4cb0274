"""How browsers come back: at random moments of windows that grow, later where nobody looks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import mean, median
from typing import Any

import pytest
from playwright.async_api import Page
from websockets.asyncio.server import ServerConnection, serve

from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONNECTIONS = 25
WELCOME = '{"type":"welcome","person":{"id":"p"},"ping_every":25,"unread":0}'


@dataclass
class Door:
    """A live door of its own that welcomes, or sends away with 1012."""

    port: int = 0
    welcomes: bool = True
    inside: list[ServerConnection] = field(default_factory=list)

    async def receive(self, socket: ServerConnection) -> None:
        """One connection."""
        if not self.welcomes:
            await socket.close(1012)
            return
        self.inside.append(socket)
        await socket.recv()
        await socket.send(WELCOME)
        await socket.wait_closed()


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    """A door on a free port."""
    door = Door()
    async with serve(door.receive, "127.0.0.1", 0, subprotocols=["parley.v1"]) as server:  # type: ignore[list-item]
        door.port = next(iter(server.sockets)).getsockname()[1]
        yield door


async def connect(page: Page, port: int, *, hidden: bool = False) -> None:
    """Open connections of `connection.js` in this page.

    `window.pauses[n]` are the seconds after which each of them meant to make its attempt number n + 1: a busy machine
    is late, and Chromium opens one socket at a time to an address.
    """
    await page.evaluate(
        """async ({ port, count, hidden }) => {
          const { Connection } = await import("/connection.js");
          window.pauses = [];
          let meant = 0;
          const later = window.setTimeout.bind(window);
          window.setTimeout = (run, wait) => later(() => ((meant = wait), run()), wait);
          window.made = Array.from({ length: count }, () => {
            let isLost = false, attempt = 0;
            const made = new Connection({
              get url() {
                if (isLost) (window.pauses[attempt++] ??= []).push(meant / 1000);
                return `ws://127.0.0.1:${port}/`;
              },
              lost: () => (isLost = true),
              person: "p", resume: () => ({}), hidden: () => hidden, frame: () => {}, changed: () => {},
            });
            made.start();
            return made;
          });
        }""",
        {"port": port, "count": CONNECTIONS, "hidden": hidden},
    )


async def pauses(page: Page, attempt: int) -> list[float]:
    """Everybody's pauses before this attempt, once all have made it."""

    async def made() -> list[float] | None:
        all_pauses: list[list[float]] = await page.evaluate("window.pauses")
        return (
            all_pauses[attempt]
            if len(all_pauses) > attempt and len(all_pauses[attempt]) == CONNECTIONS
            else None
        )

    return sorted(await wait_for(made, f"everybody has made attempt {attempt + 1}", 60))


async def stop(page: Page) -> None:
    """End them all."""
    await page.evaluate("window.made.forEach((made) => made.stop())")


async def waits(page: Page, attempt: int, *, hidden: bool) -> list[float]:
    """Two thousand waits before this attempt, in parts of the longest one."""
    drawn: Any = await page.evaluate(
        """async ({ attempt, hidden }) => {
          const { backoff } = await import("/backoff.js");
          const longest = backoff(attempt, hidden, () => 1);
          return Array.from({ length: 2000 }, () => backoff(attempt, hidden) / longest);
        }""",
        {"attempt": attempt, "hidden": hidden},
    )
    return [float(wait) for wait in drawn]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("attempt", [0, 3, 12])
async def test_the_jitter_is_full(bench_page: Page, attempt: int, hidden: bool) -> None:
    """Every moment of the window is as likely as any other: each tenth of it gets about a tenth of the waits."""
    drawn = await waits(bench_page, attempt, hidden=hidden)
    assert all(0 <= wait < 1 for wait in drawn)
    assert abs(mean(drawn) - 0.5) < 0.05
    tenths = [sum(int(wait * 10) == tenth for wait in drawn) for tenth in range(10)]
    # 200 each, give or take five standard deviations (13.4 each).
    assert all(abs(count - 200) < 67 for count in tenths), tenths


async def test_who_is_cut_off_together_comes_back_apart(bench_page: Page) -> None:
    """All are closed at one moment; their next attempts fill the first second."""
    async with door() as live:
        await connect(bench_page, live.port)
        await wait_for(lambda: len(live.inside) == CONNECTIONS, "all are in", 30)
        for socket in live.inside:
            socket.transport.abort()
        waited = await pauses(bench_page, 0)
        assert waited[-1] < 1
        # True but once in ten million runs; how the waits are spread is shown above.
        assert 0.1 < median(waited) < 0.9
        assert waited[0] < 0.5
        await stop(bench_page)


async def test_windows_grow_and_are_longer_where_nobody_looks(bench_page: Page) -> None:
    """Sent away each time, one waits longer on the whole; hidden, four times as long from the first time on."""
    async with door() as live:
        live.welcomes = False
        await connect(bench_page, live.port)
        shown = [mean(await pauses(bench_page, attempt)) for attempt in (0, 2)]
        await stop(bench_page)
        await connect(bench_page, live.port, hidden=True)
        hidden = mean(await pauses(bench_page, 0))
        await stop(bench_page)
    assert shown[1] > 2 * shown[0]
    assert hidden > 2 * shown[0]


async def test_the_network_is_back_for_everybody(bench_page: Page) -> None:
    """Told that they are online again, those who wait long come within the first window, and not in one moment."""
    async with door() as live:
        await connect(bench_page, live.port, hidden=True)
        await wait_for(lambda: len(live.inside) == CONNECTIONS, "all are in", 30)
        # Who comes back by herself before all have noticed is sent away.
        live.welcomes = False
        lost = "window.lost = window.made.filter((made) => made.state !== 'live').length"
        for socket in live.inside:
            socket.transport.abort()
        await wait_for(partial(_all_lost, bench_page, lost), "all have noticed")
        await bench_page.evaluate("window.made.forEach((made) => made.online())")
        waited = await pauses(bench_page, 0)
        assert waited[-1] < 1
        assert waited[-CONNECTIONS // 6] - waited[CONNECTIONS // 6] > 0.15
        await stop(bench_page)


async def _all_lost(page: Page, count: str) -> bool:
    return bool(await page.evaluate(count) == CONNECTIONS)
