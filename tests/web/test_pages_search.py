"""The page of searching and its call: lenient in what they take, exact in where they lead."""

import pytest

from tests import factories
from tests.nodes import RunningNode
from tests.web.html import visitor


async def test_results_lead_to_the_entry(node: RunningNode) -> None:
    """A result names the entry, marks the words as text and leads there; the field keeps what was typed."""
    alice, bob = await factories.people(node.site, "alice", "bob")
    room = await factories.discussion(node.site, alice, [bob], "Un <i>élève</i> & lui", subject="L'école")
    async with visitor(node, bob) as browser:
        page = await browser.client.get("/search", params={"q": "eleve"})
    assert page.status_code == 200
    assert f'href="/discussions/{room}?at=1#e1"' in page.text
    assert "Un &lt;i&gt;<mark>élève</mark>&lt;/i&gt; &amp; lui" in page.text
    assert 'value="eleve"' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%22",
        "q=%00%ff",
        "q=*&from=%27&since=soon&until=9999-12-31&folder=x",
        "q=a&cursor=x",
        "unread=yes",
    ],
)
async def test_nothing_that_is_typed_is_an_error(node: RunningNode, query: str) -> None:
    """What cannot be read is left out, and the page is there."""
    alice, bob = await factories.people(node.site, "alice", "bob")
    await factories.discussion(node.site, alice, [bob], "a")
    async with visitor(node, bob) as browser:
        assert (await browser.client.get(f"/search?{query}")).status_code == 200


async def test_filters_that_are_set_can_be_taken_off(node: RunningNode) -> None:
    """Each is a chip whose link leads to the same search without it."""
    alice, bob = await factories.people(node.site, "alice", "bob")
    await factories.discussion(node.site, alice, [bob], "Hello.")
    async with visitor(node, bob) as browser:
        page = await browser.client.get("/search", params={"q": "hello", "from": "alice", "unread": "yes"})
    assert 'href="/search?q=hello&amp;unread=yes"' in page.text
    assert 'href="/search?q=hello&amp;from=alice"' in page.text
    assert "?at=1#e1" in page.text


async def test_every_page_can_be_searched_from(node: RunningNode) -> None:
    """The banner holds a plain form."""
    alice = await factories.person(node.site, "alice")
    async with visitor(node, alice) as browser:
        assert 'action="/search" role="search"' in (await browser.client.get("/")).text


async def test_call_answers_in_pages(node: RunningNode) -> None:
    """`next` leads on; filters are named as the page names them; a wrong one is named."""
    alice, bob = await factories.people(node.site, "alice", "bob")
    for number in range(3):
        await factories.discussion(node.site, alice, [bob], f"Word {number}")
    async with visitor(node, bob) as browser:
        first = (
            await browser.client.get("/api/search", params={"q": "WORD", "limit": 2, "from": "ali"})
        ).json()
        second = (
            await browser.client.get("/api/search", params={"q": "WORD", "cursor": first["next"]})
        ).json()
        refused = await browser.client.get("/api/search", params={"q": "word", "since": "soon"})
    found = [one["words"]["text"] for one in (*first["items"], *second["items"])]
    assert found == ["Word 2", "Word 1", "Word 0"]
    assert first["items"][0]["words"]["marks"] == [[0, 4]]
    assert second["next"] is None
    assert refused.status_code == 422
