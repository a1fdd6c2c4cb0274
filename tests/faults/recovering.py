"""What a round waits for: that everybody is live, served, caught up. Each gives back how many seconds it took."""

import asyncio
import time
from collections.abc import Callable

from tests.faults.chatter import Chatter
from tests.faults.shape import Shape
from tests.faults.town import FAITHFUL, MARKS, Town
from tests.nodes import ServerProcess
from tests.realtime.clients import LiveClient
from tests.waiting import wait_for


class Recovering:
    """The waiting half of a round."""

    shape: Shape
    town: Town
    chatters: list[Chatter]

    @property
    def faithful(self) -> list[Chatter]:
        """Those who stay in both discussions."""
        return [chatter for chatter in self.chatters if chatter.who.login in FAITHFUL]

    async def all_live(self, within: float) -> float:
        """Wait until the server answers everybody on a connection of hers."""
        began = time.monotonic()
        try:
            await asyncio.wait_for(asyncio.gather(*(one.answered() for one in self.chatters)), within)
        except TimeoutError:
            lost = [(one.who.login, one.journal.connections[-1]) for one in self.chatters if not one.is_live]
            raise AssertionError(f"not everybody is live after {within} s: {lost}") from None
        return time.monotonic() - began

    async def all_served(self, within: float) -> float:
        """Wait until everybody who stays has a new reply acknowledged."""
        sent = [await one.say(self.town.rooms[1], f"{MARKS[0]} and so on") for one in self.faithful]
        return await took(
            lambda: all(one.acks for one in sent), "a new reply of everybody is acknowledged", within
        )

    async def heard_on(self, node: ServerProcess, within: float) -> float:
        """Wait until everybody on a node has what somebody on the same node says."""
        speaker, *others = [one for one in self.faithful if one.is_on(node.live_url)]
        assert others, f"nobody listens on {node.folder.name}"
        room = self.town.rooms[1]
        sent = await speaker.say(room, f"{MARKS[0]} to the neighbours")
        return await took(
            lambda: sent.acks and all(one.seen(room) >= sent.acks[0]["seq"] for one in others),
            f"the others on {node.folder.name} hear it",
            within,
        )

    async def welcomes(self, node: ServerProcess, within: float) -> float:
        """Wait until somebody who connects to a node is welcomed."""
        began = time.monotonic()
        newcomer = await LiveClient.connect(node.live_url, self.town.tokens["dave"])
        await newcomer.send(type="hello")
        await newcomer.expect("welcome", timeout=within)
        await newcomer.close()
        return time.monotonic() - began

    async def says(self, node: ServerProcess, readiness: tuple[int, str], within: float) -> float:
        """Wait until `/readyz` of a node says this."""
        began = time.monotonic()

        async def is_said() -> bool:
            return await self.shape.readiness(node) == readiness

        await wait_for(is_said, f"{node.folder.name} says {readiness}", within)
        return time.monotonic() - began

    async def caught_up(self, within: float, *, wanderers: bool = False) -> float:
        """Wait until those who stay have all that is stored now; with `wanderers`, also who is in at the moment."""
        town, people = self.town, self.chatters if wanderers else self.faithful
        lacking = [
            (chatter, room, len(log))
            for room, log in (await self.shape.logs(town.rooms)).items()
            for chatter in people
            if room != town.circle.discussion or town.circle.is_in(chatter.who, log)
        ]
        return await took(
            lambda: all(chatter.seen(room) >= head for chatter, room, head in lacking),
            "everybody has what was stored",
            within,
        )

    async def quiet(self) -> None:
        """Wait until everybody has an answer to everything and has all that is stored."""
        for chatter in self.chatters:
            await chatter.settled()
        await self.caught_up(within=30, wanderers=True)


async def took(condition: Callable[[], object], what: str, within: float) -> float:
    """Wait for something and give back how many seconds it took."""
    began = time.monotonic()
    await wait_for(lambda: bool(condition()), what, within)
    return time.monotonic() - began
