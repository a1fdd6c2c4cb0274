"""A node with a few people, their tokens and one discussion."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app import participants
from app.drafts import Address
from app.site import Identity, Site
from store.columns import new_id
from store.entries import NewLine, append, lock_rooms
from tests import factories
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient


@dataclass
class World:
    """Alice has written to Bob; Carol is there too, and stranger to it."""

    node: RunningNode
    people: dict[str, Identity]
    tokens: dict[str, str]
    discussion: str
    clients: list[LiveClient] = field(default_factory=list)

    @property
    def site(self) -> Site:
        """The node's site."""
        return self.node.site

    async def live(
        self, login: str, resume: dict[str, int] | None = None, node: RunningNode | None = None
    ) -> LiveClient:
        """A welcomed connection of this person."""
        client = await LiveClient.welcomed((node or self.node).live_url, self.tokens[login], resume)
        self.clients.append(client)
        return client

    async def raw(self, login: str | None, **options: object) -> LiveClient:
        """A connection that has not said hello."""
        token = self.tokens[login] if login else None
        client = await LiveClient.connect(self.node.live_url, token, **options)
        self.clients.append(client)
        return client

    async def history(self, count: int) -> None:
        """So many replies of Alice in the discussion."""
        alice = await self.live("alice")
        for number in range(count):
            ack = await alice.post(self.discussion, f"line {number}")
            assert ack["type"] == "ack", ack
        await alice.close()

    async def write_log(self, bodies: Sequence[str]) -> None:
        """Replies of Alice that go into the store at once, and are not rung."""
        author = self.people["alice"].person_id
        lines = [NewLine(self.discussion, "reply", author, body, client_id=new_id()) for body in bodies]
        async with self.site.database.write() as session:
            await append(session, await lock_rooms(session, [self.discussion]), lines, self.site.now())

    async def add(self, login: str, *, share_history: bool, discussion: str | None = None) -> None:
        """Alice adds somebody."""
        await participants.add(
            self.site,
            self.people["alice"],
            discussion or self.discussion,
            [Address("person", self.people[login].person_id)],
            share_history=share_history,
        )

    async def remove(self, login: str) -> None:
        """Alice removes somebody."""
        await participants.remove(
            self.site, self.people["alice"], self.discussion, self.people[login].person_id
        )

    async def stop(self, login: str, discussion: str | None = None) -> None:
        """Somebody stops by herself."""
        await participants.stop(self.site, self.people[login], discussion or self.discussion)


async def make_world(node: RunningNode) -> World:
    """People and a discussion on this node."""
    site = node.site
    people = {login: await factories.person(site, login) for login in ("alice", "bob", "carol")}
    tokens = {login: await factories.token(site, who) for login, who in people.items()}
    discussion = await factories.discussion(site, people["alice"], [people["bob"]], subject="Lunch")
    return World(node, people, tokens, discussion)
