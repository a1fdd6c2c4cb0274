"""Three nodes in the weather, without a network, with five people who have begun a few discussions."""

from app.settings import Settings
from app.site import Identity
from realtime.bus import Exchange
from store.database import Database
from store.following import participation
from store.lines import ReadLine, missing_lines
from store.prepared import through
from tests import factories
from tests.realtime.weather import LossyBus, Weather, WeatheredDatabase, WeatheredNode

LOGINS = ("alice", "bob", "carol", "dave", "erin")
ROOMS = 3


class ThreeNodes:
    """Three nodes, five people, a few rooms, and what the store holds of them."""

    def __init__(self, settings: Settings, weather: Weather) -> None:
        self.weather = weather
        self.dice = weather.dice
        self.plain = Database(settings.database_url)
        self.database = WeatheredDatabase(settings.database_url, weather)
        exchange = Exchange()
        self.nodes = [
            WeatheredNode(name, settings, self.database, LossyBus(exchange, weather))
            for name in ("north", "south", "west")
        ]
        self.people: list[Identity] = []
        self.tokens: list[tuple[Identity, str]] = []
        self.rooms: list[str] = []
        self.began: dict[str, set[str]] = {}
        """Who was in a room from its beginning."""

    async def begin(self) -> None:
        """Nodes, people and rooms."""
        self.weather.is_bad = False
        for node in self.nodes:
            await node.hub.start()
        site = self.nodes[0].site
        self.people = await factories.people(site, *LOGINS)
        for who in self.people * 3:
            await self.new_token(who)
        for number in range(ROOMS):
            author = self.people[number % len(self.people)]
            others = [who for who in self.people if who is not author]
            to = self.dice.sample(others, 2)
            self.rooms.append(await factories.discussion(site, author, to))
            self.began[self.rooms[-1]] = {one.person_id for one in (author, *to)}
        self.weather.is_bad = True

    async def calm_down(self) -> None:
        """From now on all is well, and every node looks again."""
        self.weather.is_bad = self.weather.store_is_away = False
        for node in self.nodes:
            node.bus.calm_down()
            node.hub.repairs.look_again()

    async def end(self) -> None:
        """Every node ends in order."""
        for node in self.nodes:
            await node.close()
        await self.database.close()
        await self.plain.close()

    async def circles(self) -> set[tuple[str, str]]:
        """The (person, discussion) pairs of those who are in."""
        statement = participation.select().where(participation.c.state == "active")
        async with self.database.read() as session:
            rows = await (await session.connection()).execute(statement)
            return {(row.person_id, row.message_id) for row in rows}

    async def log(self, room: str) -> list[ReadLine]:
        """The whole log of a room, whatever the weather."""
        async with self.plain.read() as session:
            return await through(session, missing_lines, room, 0, 2**31 - 1, 100_000)

    async def last(self, who: Identity, room: str, kind: str) -> int:
        """The number of the last entry about somebody's coming or going; as if the store were there."""
        return max(
            line.seq
            for line in await self.log(room)
            if who.person_id in {line.about_id, line.author_id} and line.kind in {kind, "stopped"}
        )

    async def new_token(self, who: Identity) -> None:
        """Sign somebody in, on one more device."""
        self.tokens.append((who, await factories.token(self.nodes[0].site, who)))
