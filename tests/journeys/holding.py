"""Holding back what a page asks for, as a slow line does, while something else happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route

from tests.waiting import wait_for


class Held:
    """What is held back of one page."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.routes: list[Route] = []

    async def is_asked_for(self) -> None:
        """Come back when it is."""
        await wait_for(lambda: self.routes, f"{self._what} is asked for")


@asynccontextmanager
async def holding(tab: Page, what: str) -> AsyncIterator[Held]:
    """What the page asks for at addresses like `what` comes only when the block is over."""
    held = Held(what)
    is_over = asyncio.Event()

    async def keep(route: Route) -> None:
        held.routes.append(route)
        await is_over.wait()
        await route.continue_()

    await tab.route(what, keep)
    yield held
    is_over.set()
    # A page with routes has no cache, and is slower than its users know it.
    await tab.unroute_all(behavior="wait")
