"""Attaching without scripts: files come with the form, in bounds, and nothing that was typed is lost by one of them."""

import asyncio

import pytest

from app.drafts import list_drafts
from app.site import Identity, Site
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.html import Element, visitor

MIB = 1024 * 1024


@pytest.fixture
async def alice(site: Site) -> Identity:
    """Somebody who writes English."""
    return await factories.person(site, "alice", language="en")


@pytest.fixture
async def tight(node_factory: NodeFactory, sqlite_url: str, alice: Identity) -> RunningNode:
    """A node on which three files go together, of a mebibyte at most each, two in all."""
    return await node_factory(sqlite_url, attachment_mib=1, attachments=3, attachments_mib=2, person_mib=8)


async def test_files_come_with_a_message(node: RunningNode, site: Site, alice: Identity) -> None:
    """Attached by their own button, further ones with "Save draft"; the draft has all of them in order."""
    async with visitor(node, alice) as browser:
        page = await browser.open("/new")
        form = page.one("form", "message-form")
        assert form.one("input", type="file", name="file")
        browser.choose(("one.txt", b"1"))
        page = await browser.submit(form, "attach", subject="Trip", body="See")
        form = page.one("form", "message-form")
        assert (_named(page), page.one("textarea", name="body").text) == (["one.txt"], "See")
        browser.choose(("zwei.txt", b"2"), ("Été.txt", b"3"))
        await browser.submit(form, "save")
        (draft,) = (await list_drafts(site, alice)).items
        assert [file.name for file in draft.attachments] == ["one.txt", "zwei.txt", "Été.txt"]
        assert (draft.subject, draft.body) == ("Trip", "See")


async def test_what_is_wrong_with_files_is_said_of_each(tight: RunningNode, alice: Identity) -> None:
    """Too large, too many, too much together: the others are attached, nothing is sent, and the text is kept."""
    bob = await factories.person(tight.site, "bob")
    large, whole, bit = b"x" * (MIB + 1), b"x" * MIB, b"y"
    async with visitor(tight, alice) as browser:
        for files, attached, said in (
            ([("a", bit), ("large", large), ("b", bit)], ["a", "b"], "large is larger than a file may be"),
            ([(name, bit) for name in "abcd"], ["a", "b", "c"], "d was not attached: no more than 3 files"),
            ([("a", whole), ("b", whole), ("c", bit)], ["a", "b"], "c was not attached: together"),
        ):
            page = await browser.open(f"/new?to=person:{bob.person_id}")
            form = page.one("form", "message-form")
            browser.choose(*files)
            page = await browser.submit(form, "send", body="My text")
            assert browser.response.status_code == 422
            assert said in page.one("div", "problems").text
            assert (_named(page), page.one("textarea", name="body").text) == (attached, "My text")
            assert len(page.all("input", name="to")) == 1
    assert (await list_drafts(tight.site, alice)).items == []
    assert not list((tight.settings.data / "incoming").glob("*"))


async def test_files_come_with_a_reply(node: RunningNode, site: Site, alice: Identity) -> None:
    """With words or without; what was attached before it is sent can be looked at and taken off again."""
    bob = await factories.person(site, "bob")
    room = await factories.discussion(site, bob, [alice])
    async with visitor(node, alice) as browser:
        page = await browser.open(f"/discussions/{room}")
        browser.choose(("plan.txt", b"north"))
        page = await browser.submit(_composer(page), body="Look *here*")
        assert page.one(id="e2").one("span", "file-name").text == "plan.txt"
        assert (await browser.client.get(_link(page, 2))).content == b"north"
        browser.choose(("a", b"1"), ("b", b"2"))
        page = await browser.submit(_composer(page), "attach", body="Mine")
        assert (_named(page), page.one("textarea", name="body").text) == (["a", "b"], "Mine")
        page = await browser.submit(_composer(page), "preview", body="*Mine*")
        assert page.one("reply-composer").one("em").text == "Mine"
        removed = page.all("button", name="remove")[0].attributes["value"]
        page = await browser.submit(_composer(page), removed, "remove", body="")
        assert _named(page) == ["b"]
        page = await browser.submit(_composer(page))
        entry = page.one(id="e3")
        assert ("hidden" in entry.one("div", "body").attributes, entry.one("span", "file-name").text) == (
            True,
            "b",
        )


async def test_a_reply_with_a_file_that_is_too_large(tight: RunningNode, alice: Identity) -> None:
    """Nothing is posted; the words, and the file that could be taken, wait in the form."""
    bob = await factories.person(tight.site, "bob")
    room = await factories.discussion(tight.site, bob, [alice])
    async with visitor(tight, alice) as browser:
        page = await browser.open(f"/discussions/{room}")
        files = [("large", b"x" * (MIB + 1)), ("small", b"x")]
        browser.choose(*files)
        page = await browser.submit(_composer(page), body="My words")
        assert browser.response.status_code == 422
        assert "large is larger than a file may be here (1 MB)." in page.one(id="reply-error").text
        assert (_named(page), page.one("textarea", name="body").text) == (["small"], "My words")
        assert page.all(id="e2") == []
        page = await browser.submit(_composer(page))
        assert page.one(id="e2").one("span", "file-name").text == "small"


async def test_a_form_that_is_far_too_large(tight: RunningNode) -> None:
    """It is refused before it is read, and so is a large one where no file belongs."""
    for path, size in (("/new", 10 * MIB), ("/drafts/x", 10 * MIB), ("/lists", 2 * MIB), ("/new/x", 2 * MIB)):
        assert await _announced(tight, path, size) == 413


async def test_files_of_whoever_is_signed_out(node: RunningNode, site: Site, alice: Identity) -> None:
    """They are passed over; her words wait until she has signed in again, and become a draft then."""
    async with visitor(node, None) as browser:
        sent = {"subject": "Trip", "body": "Words", "draft": "", "version": "0", "action": "save"}
        page = await browser.client.post("/new", data=sent, files={"file": ("a", b"1")})
        assert page.status_code == 401
        assert "Words" in page.text
    assert not [path for path in site.settings.data.rglob("*") if path.is_file()]
    assert (await list_drafts(site, alice)).items == []


def _named(page: Element) -> list[str]:
    return [item.one("span", "file-name").text for item in page.one("attach-files").all("li", "chosen")]


def _composer(page: Element) -> Element:
    return page.one("reply-composer").one("form")


def _link(page: Element, seq: int) -> str:
    return page.one(id=f"e{seq}").one("a", "file-link").attributes["href"]


async def _announced(node: RunningNode, path: str, size: int) -> int:
    """The answer to a form of this size before any of it is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    kind = "multipart/form-data; boundary=y"
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(10):
        status = int((await reader.readline()).split()[1])
    writer.close()
    return status
