"""The people of a round and their discussions, made through the ordinary use cases before anything runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.conftest import SECRET
from tests.faults.circle import Circle

FAITHFUL = ("alice", "bob", "carol", "dave")
"""They stay in both discussions; Alice has begun them."""
WANDERERS = ("erin", "frank")
"""They are removed from the first discussion, added to it, and stop; in the second they stay."""
MARKS = ("Moonflower", "Starfruit")
"""Words of every body and of every subject, that occur nowhere else."""
LETTERS = "aeinorstué à ß 字 😀 <&>*_`\n"


@dataclass(frozen=True)
class Town:
    """People, their tokens by login, two discussions, and who comes and goes in the first of them."""

    people: dict[str, Identity]
    tokens: dict[str, str]
    rooms: list[str]
    circle: Circle


async def found(database_url: str, dice: Random, urls: Callable[[], Sequence[str]]) -> Town:
    """A town in an empty database; its circle asks the nodes at `urls` when somebody comes or goes."""
    database = Database(database_url)
    settings = Settings.model_validate({"database_url": database_url, "secret": SECRET})
    site = Site(settings, database, announce=lambda _: None, throttle=Throttle(enabled=False))
    try:
        everybody = await factories.people(site, *FAITHFUL, *WANDERERS)
        tokens = {who.login: await factories.token(site, who) for who in everybody}
        alice, faithful, wanderers = everybody[0], everybody[1 : len(FAITHFUL)], everybody[len(FAITHFUL) :]
        first = [*faithful, wanderers[0]]
        rooms = [await _discussion(site, alice, to) for to in (first, [*faithful, *wanderers])]
    finally:
        await database.close()
    shares = {who.login: dice.random() < 0.5 for who in wanderers}
    circle = Circle(rooms[0], alice, first, wanderers, shares, tokens, urls)
    return Town({who.login: who for who in everybody}, tokens, rooms, circle)


def words(dice: Random, number: int) -> str:
    """Something to say: short or long, in several scripts, with what looks like markup."""
    length = dice.choice((0, 10, 40, 200, 1500))
    return f"{MARKS[0]} {number} {''.join(dice.choices(LETTERS, k=length))}."


async def _discussion(site: Site, author: Identity, to: Sequence[Identity]) -> str:
    return await factories.discussion(site, author, to, f"{MARKS[0]} to begin with", subject=MARKS[1])
