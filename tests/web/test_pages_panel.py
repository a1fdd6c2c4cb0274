"""The participants' panel without scripts: who added whom, what became of the message, who may be taken out."""

from app import discussions, participants
from app.draft_fields import Address
from app.own_settings import change
from app.people import suspend
from app.site import Site
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.html import Element, visitor


def _lines(page: Element) -> dict[str, str]:
    """By name, what is said of each participant."""
    items = page.one("ul", "participants-list").all("li")
    return {
        item.one(class_="participant-name").text: item.one("span", "participant-origin").text
        for item in items
    }


async def test_the_author_sees_what_became_of_her_message(node: RunningNode, site: Site) -> None:
    """Who received and opened it, and who was left out and why; the others are told nothing of it."""
    alice, bob, carol, dave, erin = await factories.people(site, "alice", "bob", "carol", "dave", "erin")
    for away in (dave, erin):
        await change(site, away, messaging=False)
    group = await factories.group(site, "All", [bob, carol, dave])
    room = await factories.discussion(site, alice, [group])
    await participants.add(site, bob, room, [Address("person", alice.person_id)], share_history=True)
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert "Received" not in reader.response.text
        assert page.one("p", "delivery-summary").text == ""
    async with visitor(node, alice) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert page.one("p", "delivery-summary").text == "Opened by 0 of 2"
        await discussions.mark_read(site, bob, room, 1)
        page = await reader.open(f"/discussions/{room}")
        assert page.one("p", "delivery-summary").text == "Opened by 1 of 2"
        assert _lines(page) == {
            "Alice": "Wrote the message",
            "Bob": "From the beginning · Opened",
            "Carol": "From the beginning · Received",
        }
        without = page.one("div", "participants-without")
        assert without.one("h3").text == "1 person could not be reached"
        assert without.one("span", "participant-name").text == "Dave"
        assert without.one("span", "participant-origin").text == "This person does not use the messaging."


async def test_whoever_left_is_added_again(node: RunningNode, site: Site) -> None:
    """With or without what was said before, as one chooses; the panel says who did it, and leads to each person."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob, carol], "The first words.")
    await participants.stop(site, carol, room)
    async with visitor(node, bob) as reader, visitor(node, carol) as back:
        for share, sees in ((["yes"], True), ([], False)):
            page = await reader.open(f"/discussions/{room}")
            form = page.one("form", "add-participants")
            assert form.one("input", name="share_history").attributes.get("checked") is not None
            del form.one("input", name="share_history").attributes["checked"]
            page = await reader.submit(form, "add", add=[f"person:{carol.person_id}"], share_history=share)
            assert _lines(page)["Carol"].startswith("Added by Bob, ")
            item = next(one for one in page.one("ul", "participants-list").all("li") if "Carol" in one.text)
            assert item.one("a", "participant-name").attributes["href"] == f"/people/{carol.person_id}"
            await back.open(f"/discussions/{room}")
            assert ("The first words." in back.response.text) is sees
            await participants.remove(site, bob, room, carol.person_id)
    await suspend(site, "carol")
    async with visitor(node, bob) as reader:
        assert "Carol" not in _lines(await reader.open(f"/discussions/{room}"))


async def test_a_site_may_let_everybody_take_out_anybody(node_factory: NodeFactory, sqlite_url: str) -> None:
    """By the panel and by the API, where the setting says so; else only whom one has added."""
    free, bound = await node_factory(sqlite_url, anyone_removes=True), await node_factory(sqlite_url)
    site = free.site
    alice, bob, carol, dave = await factories.people(site, "alice", "bob", "carol", "dave")
    room = await factories.discussion(site, alice, [bob, carol, dave])
    async with visitor(bound, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert page.all("button", "remove-participant") == []
        await reader.open(f"/discussions/{room}/participants/{carol.person_id}/remove")
        assert reader.response.status_code == 403
        refused = await reader.client.delete(f"/api/discussions/{room}/participants/{carol.person_id}")
        assert refused.status_code == 403
    async with visitor(free, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert len(page.all("button", "remove-participant")) == 3
        page = await reader.open(f"/discussions/{room}/participants/{carol.person_id}/remove")
        page = await reader.submit(page.one("form", "actions"))
        assert list(_lines(page)) == ["Alice", "Bob", "Dave"]
        gone = await reader.client.delete(f"/api/discussions/{room}/participants/{alice.person_id}")
        assert gone.status_code == 204
