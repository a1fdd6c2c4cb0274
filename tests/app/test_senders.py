"""Whom the filter "From" offers: those who write to one, then those to whom one may write, and nobody else."""

from app.people import suspend
from app.senders import likely_senders
from app.site import Identity, Site
from tests import factories


async def test_who_writes_most_is_offered_first(site: Site, people: list[Identity]) -> None:
    """Then with whom one writes; never oneself, nor anybody else before a letter is typed."""
    alice, bob, carol, dave = people
    await factories.person(site, "erin")
    for author in (alice, carol, carol):
        await factories.discussion(site, author, [bob])
    await factories.discussion(site, bob, [dave])
    assert await _names(site, bob) == ["Carol", "Alice", "Dave"]


async def test_first_letters_find_whom_one_may_see(site: Site, people: list[Identity]) -> None:
    """Authors in one's boxes, also those to whom nobody can write any more; of the others only the reachable."""
    alice, bob, carol, _ = people
    await factories.person(site, "carl", name="Élodie Carl")
    await factories.discussion(site, carol, [bob])
    assert await _names(site, bob, "car") == ["Carol", "Élodie Carl"]
    assert await _names(site, bob, "ELO") == ["Élodie Carl"]
    await suspend(site, "carol")
    await suspend(site, "alice")
    assert await _names(site, bob, "car") == ["Carol", "Élodie Carl"]
    assert await _names(site, bob, "ali") == []
    assert await _names(site, bob, "?") == []
    assert await _names(site, alice, "bob") == ["Bob"]
    assert await _names(site, bob, "bob") == []


async def _names(site: Site, who: Identity, q: str = "") -> list[str]:
    return [one.name for one in await likely_senders(site, who, q)]
