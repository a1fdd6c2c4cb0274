"""The filter "From" as a form and links alone."""

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import visitor


async def test_somebody_is_found_by_first_letters(node: RunningNode, site: Site) -> None:
    """Also who wrote nothing on this page; other filters stay, and the chip has her name though nothing matches."""
    alice, bob = await factories.people(site, "alice", "bob")
    eve = await factories.person(site, "eve", name="Ève Martin")
    await factories.discussion(site, alice, [bob])
    async with visitor(node, bob) as reader:
        page = await reader.open("/boxes/inbox?unread=yes")
        page = await reader.open("/boxes/inbox?unread=yes&sender=mar")
        [link] = page.one("nav", "senders-found").all("a")
        assert link.attributes["href"] == f"/boxes/inbox?unread=yes&from={eve.person_id}"
        page = await reader.open(link.attributes["href"])
        assert "From: Ève Martin" in page.one("ul", "filters").text
        assert page.all("li", "row") == []
        page = await reader.open("/boxes/inbox?sender=nobody")
        assert "Nobody found" in page.one("nav", "senders-found").text
        assert len(page.all("li", "row")) == 1
        page = await reader.open(f"/boxes/inbox?from={'0' * 32}")
        assert "From one person" in page.one("ul", "filters").text
