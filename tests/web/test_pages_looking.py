"""Boxes of which something far back is wanted, as links alone: never "nothing" where there may be more."""

import pytest

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import visitor


async def test_a_page_says_that_one_can_look_further_back(
    node: RunningNode, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of nothing leads on until there is something; only the last one says that there is nothing."""
    monkeypatch.setattr("store.boxes.LOOKED_AT_ONCE", 2)
    monkeypatch.setattr("store.boxes.MOST_LOOKED_AT", 2)
    monkeypatch.setattr("app.looking.LOOK_SECONDS", 0)
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    await factories.discussion(site, alice, [bob], subject="Long ago")
    for _ in range(4):
        await factories.discussion(site, carol, [bob], subject="Lately")
    address = f"/boxes/inbox?from={alice.person_id}"
    async with visitor(node, bob) as reader:
        page = await reader.open(address)
        said = []
        while older := page.all("a", "older"):
            said.append((page.one("p", "looking").text, older[0].text))
            assert page.all("span", "row-subject") == []
            assert "hidden" in page.one("div", "empty").attributes
            page = await reader.open(older[0].attributes["href"])
        assert (
            said
            == [("Nothing that matches so far. There may be some further back.", "Look further back")] * 2
        )
        assert [one.text for one in page.all("span", "row-subject")] == ["Long ago"]
        page = await reader.open("/boxes/inbox?attachment=yes")
        while older := page.all("a", "older"):
            page = await reader.open(older[0].attributes["href"])
        assert "There is nothing further back." in page.one("div", "empty").text
        page = await reader.open(address)
        assert page.one("a", "older").attributes["href"].startswith(address.replace("&", "&amp;"))
