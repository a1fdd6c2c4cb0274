"""Files on the pages: those of entries, and those that go with a message being written."""

import pytest
from babel import Locale

from app.drafts import DraftFields, create, get
from app.site import Identity, Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import Element, visitor
from web.sizes import file_size


@pytest.fixture
async def alice(site: Site) -> Identity:
    """Somebody who writes English."""
    return await factories.person(site, "alice", language="en")


async def test_an_entry_shows_what_it_carries(node: RunningNode, site: Site, alice: Identity) -> None:
    """A picture with its measures, and every file as a link that keeps it under its name."""
    bob = await factories.person(site, "bob")
    picture = await factories.attachment(site, alice, "map.png", factories.picture(1920, 800))
    notes = await factories.attachment(site, alice, 'a "b" <c>.txt', b"x" * 1234)
    room = await factories.discussion(site, alice, [bob], files=[picture.id, notes.id])
    async with visitor(node, alice) as browser:
        page = await browser.open(f"/discussions/{room}")
    entry = page.one("li", "entry", id="e1")
    image = entry.one("img")
    assert (image.attributes["src"], image.attributes["alt"]) == (
        f"/api/attachments/{picture.id}/preview",
        "map.png",
    )
    assert (image.attributes["width"], image.attributes["height"]) == ("384", "160")
    links = entry.all("a", "file-link")
    assert [link.attributes["href"] for link in links] == [
        f"/api/attachments/{one.id}" for one in (picture, notes)
    ]
    assert [link.attributes["download"] for link in links] == ["map.png", 'a "b" <c>.txt']
    assert links[1].text == 'a "b" <c>.txt 1.2 kB'


async def test_a_row_shows_a_paperclip(node: RunningNode, site: Site, alice: Identity) -> None:
    """Only where the reader sees an entry that carries something."""
    bob = await factories.person(site, "bob")
    file = await factories.attachment(site, alice)
    await factories.discussion(site, alice, [bob], subject="With", files=[file.id])
    await factories.discussion(site, alice, [bob], subject="Without")
    async with visitor(node, bob) as browser:
        rows = (await browser.open("/boxes/inbox")).all("li", "row")
    said = {row.one("span", "row-subject").text: row.one("span", "row-words").text for row in rows}
    assert said["With"].startswith("Attached files")
    assert "Attached files" not in said["Without"]


async def test_a_message_is_written_with_files(node: RunningNode, site: Site, alice: Identity) -> None:
    """They are fields of the form like any other: kept, shown again, and taken off without scripts."""
    one = await factories.attachment(site, alice, "one.txt")
    two = await factories.attachment(site, alice, "two.txt")
    draft = await create(site, alice, DraftFields(body="See", attachments=[one.id]))
    async with visitor(node, alice) as browser:
        page = await browser.open(f"/drafts/{draft.id}")
        assert _chosen(page) == [one.id]
        form = page.one("form", "message-form")
        page = await browser.submit(form, "save", attachments=[two.id])
        assert [file.name for file in (await get(site, alice, draft.id)).attachments] == [
            "one.txt",
            "two.txt",
        ]
        page = await browser.submit(page.one("form", "message-form"), f"attachments:{one.id}", "remove")
        assert _chosen(page) == [two.id]


async def test_a_file_that_is_gone(node: RunningNode, site: Site, alice: Identity) -> None:
    """It is said, everything else is kept, and the form goes without it."""
    bob = await factories.person(site, "bob")
    foreign = await factories.attachment(site, bob, "foreign.txt")
    draft = await create(site, alice, DraftFields(body="See"))
    async with visitor(node, alice) as browser:
        page = await browser.open(f"/drafts/{draft.id}")
        form = page.one("form", "message-form")
        page = await browser.submit(form, "save", body="Seen", attachments=[foreign.id])
        assert "One of the files is no longer there." in page.one("div", "problems").text
        assert "foreign.txt" not in page.text
        assert page.one("textarea", name="body").text == "Seen"
        assert _chosen(page) == []


def _chosen(page: Element) -> list[str]:
    return [field.attributes["value"] for field in page.one("attach-files").all("input", name="attachments")]


SIZES = [
    (0, "0 bytes", "0 octet"),
    (999, "999 bytes", "999 octets"),
    (1_234, "1.2 kB", "1,2 ko"),
    (26_214_400, "26 MB", "26 Mo"),
]


@pytest.mark.parametrize(("size", "english", "french"), SIZES)
def test_sizes(size: int, english: str, french: str) -> None:
    """Few digits, in the reader's language."""
    assert file_size(size, Locale("en")) == english
    assert file_size(size, Locale("fr")).replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ") == french
