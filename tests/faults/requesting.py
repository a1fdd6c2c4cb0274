"""Requests that never stop, to whichever of several nodes takes them: every failure is kept."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import httpx

from store.columns import new_id
from tests.waiting import finish


@dataclass
class Requester:
    """Somebody who reads and posts without a pause, as a load balancer would spread it.

    A node that refuses the connection or answers 503 is left alone for a moment, and the request is made to another;
    anything else that is not a good answer is a failure. `keeps_alive`: connections are used again.
    """

    urls: Sequence[str]
    token: str
    discussion: str
    dice: Random
    keeps_alive: bool
    failures: list[str] = field(default_factory=list)
    posted: dict[str, int] = field(default_factory=dict)
    """The numbers of the replies that were answered, by `client_id`."""
    answered: int = 0
    elsewhere: int = 0
    """How many times a node sent the request away."""
    _avoid_until: dict[str, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Go on until cancelled; a request that was begun is finished first."""
        limits = httpx.Limits() if self.keeps_alive else httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(limits=limits, timeout=20) as client:
            client.headers["Authorization"] = f"Bearer {self.token}"
            while True:
                await asyncio.sleep(self.dice.uniform(0, 0.02))
                await finish(self._ask(client, posts=self.dice.random() < 0.5))

    async def _ask(self, client: httpx.AsyncClient, *, posts: bool) -> None:
        client_id, path = new_id(), f"/api/discussions/{self.discussion}"
        for _ in range(200):
            url = self._choose()
            try:
                if posts:
                    json = {"client_id": client_id, "body": "Said by HTTP."}
                    answer = await client.post(f"{url}{path}/replies", json=json)
                else:
                    answer = await client.get(f"{url}{path}")
            except httpx.ConnectError:
                await self._go_elsewhere(url)
            except httpx.HTTPError as error:
                self.failures.append(f"{'POST' if posts else 'GET'} {url}: {error!r}")
                return
            else:
                if answer.status_code != 503:
                    self._note(answer, client_id if posts else None)
                    return
                await self._go_elsewhere(url)
        self.failures.append("no node took the request")

    def _note(self, answer: httpx.Response, client_id: str | None) -> None:
        self.answered += 1
        if not answer.is_success:
            self.failures.append(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}")
        elif client_id:
            self.posted[client_id] = answer.json()["seq"]

    def _choose(self) -> str:
        now = time.monotonic()
        open_ones = [url for url in self.urls if self._avoid_until.get(url, 0) < now]
        return self.dice.choice(open_ones or list(self.urls))

    async def _go_elsewhere(self, url: str) -> None:
        self.elsewhere += 1
        self._avoid_until[url] = time.monotonic() + 0.3
        await asyncio.sleep(0.02)
