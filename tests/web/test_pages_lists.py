"""Lists of recipients and the signature, on pages without scripts."""

from app import drafts
from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import fields_of, visitor


async def test_a_list_is_made_filled_and_written_to(node: RunningNode, site: Site) -> None:
    """Name it, search those for it, save; found in the recipient field, it stands for those in it."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with visitor(node, alice) as writer:
        page = await writer.open("/lists")
        page = await writer.submit(page.one("form", action="/lists"), name="Friends")
        address = writer.path
        page = await writer.submit(page.one("form", "message-form"), "search", members_search="c")
        chosen = [f"person:{who.person_id}" for who in (carol, bob)]
        page = await writer.submit(page.one("form", "message-form"), "save", members=chosen)
        assert writer.path == "/lists"
        assert page.one("ul", "own-lists").text == "Friends Carol, Bob"
        page = await writer.open(address)
        page = await writer.submit(page.one("form", "message-form"), "save", name=" ")
        assert writer.response.status_code == 422
        assert "1 to 100" in page.one(id="problems").text

        page = await writer.open("/new")
        page = await writer.submit(page.one("form", "message-form"), "search", to_search="fri", body="x")
        option = page.one("input", type="checkbox", name="to").attributes["value"]
        assert option.startswith("list:")
        page = await writer.submit(page.one("form", "message-form"), "save", to=[option])
        assert [chip.one("span", "chip-name").text for chip in page.all("li", "chip")] == ["Carol", "Bob"]

        page = await writer.open(address)
        await writer.submit(page.one("form", "message-form"), "delete")
        assert (await writer.open("/lists")).all("ul", "own-lists") == []
    [draft] = (await drafts.list_drafts(site, alice)).items
    assert [ref.name for ref in draft.to] == ["Carol", "Bob"]


async def test_a_signature_is_below_each_new_message(node: RunningNode, site: Site) -> None:
    """It can be changed there; a message with nothing else in it is cancelled without a question."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await writer.open("/signature")
        page = await writer.submit(page.one("form", "message-form"), signature="Alice\n*Head*")
        assert page.one("p", "saved").text == "Your signature is saved."
        page = await writer.open("/new")
        form = page.one("form", "message-form")
        assert dict(fields_of(form))["body"] == "\r\n\r\n-- \r\nAlice\r\n*Head*"
        await writer.submit(form, "cancel")
        assert writer.path == "/boxes/drafts"
        page = await writer.open("/signature")
        page = await writer.submit(page.one("form", "message-form"), signature="x" * 1001)
        assert writer.response.status_code == 422
        assert "1,000 characters" in page.one(id="problems").text
    async with visitor(node, bob) as other:
        page = await other.open("/new")
        assert dict(fields_of(page.one("form", "message-form")))["body"] == ""
