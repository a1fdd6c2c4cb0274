"""The line that points out messages forgotten unsent."""

from datetime import timedelta

import pytest

from app.drafts import DraftFields, create, discard
from app.site import Identity, Site
from store.columns import utc_now
from tests import factories
from tests.nodes import RunningNode
from tests.untouched import leave_untouched
from tests.web.html import visitor


async def test_on_every_page_once(node: RunningNode, site: Site) -> None:
    """It leads to the message, or to the list of several; not where they are in front of one anyway."""
    alice = await factories.person(site, "alice")
    first = await _forgotten(site, alice, hours=30)
    async with visitor(node, alice) as reader:
        for address in ("/", "/boxes/inbox", "/new"):
            line = (await reader.open(address)).one("nudge-line")
            assert line.one("a").attributes["href"] == f"/drafts/{first}"
            assert line.text.startswith("One message waits to be sent since ")
        for address in (f"/drafts/{first}", f"/drafts/{first}/participants", "/boxes/drafts"):
            assert (await reader.open(address)).all("nudge-line") == []
        second = await _forgotten(site, alice, hours=2)
        line = (await reader.open("/")).one("nudge-line")
        assert line.one("a").attributes["href"] == "/boxes/drafts"
        assert line.text.startswith("2 messages wait to be sent, the first since ")
        for draft in (first, second):
            await discard(site, alice, draft)
        assert (await reader.open("/")).all("nudge-line") == []


async def test_dismissed(node: RunningNode, site: Site) -> None:
    """One click, also without scripts, and it is silent on every page until another one is forgotten."""
    alice = await factories.person(site, "alice")
    await _forgotten(site, alice, hours=2)
    async with visitor(node, alice) as reader:
        page = await reader.open("/boxes/sent")
        page = await reader.submit(page.one("form", action="/nudge"))
        assert reader.path == "/boxes/sent"
        assert page.all("nudge-line") == []
        assert (await reader.open("/")).all("nudge-line") == []


@pytest.mark.parametrize("cookie", ["", "nonsense", "9" * 30, "-1", "9999999999"])
async def test_odd_cookies(node: RunningNode, site: Site, cookie: str) -> None:
    """What is no moment is as good as nothing."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as reader:
        reader.client.cookies.set("parley-nudged", cookie)
        await reader.open("/")
        assert reader.response.status_code == 200


async def test_in_french_by_the_day(node: RunningNode, site: Site) -> None:
    """A message of an earlier day is dated by the day, in the reader's language."""
    alice = await factories.person(site, "alice")
    await _forgotten(site, alice, hours=49)
    async with visitor(node, alice, "fr") as reader:
        line = (await reader.open("/")).one("nudge-line")
    assert line.text.startswith("Un message attend d’être envoyé depuis le ")


async def _forgotten(site: Site, who: Identity, *, hours: int) -> str:
    draft = await create(site, who, DraftFields(subject="Forgotten", body="x"))
    await leave_untouched(site, draft.id, since=utc_now() - timedelta(hours=hours))
    return draft.id
