"""Rules for the tests, given in the names of groups."""

from app.drafts import Address
from app.rulebook import import_rules
from app.site import Identity, Site


async def rules(site: Site, *given: str) -> None:
    """Let these be all the rules: `6A to Staff: members`. The groups are there."""
    await import_rules(site, [_row(one) for one in given])


def one(who: Identity) -> Address:
    """This person as an address."""
    return Address("person", who.person_id)


def _row(given: str) -> dict[str, str]:
    pair, reach = given.split(": ")
    source, goal = pair.split(" to ")
    return {"from": source, "to": goal, "reach": reach}
