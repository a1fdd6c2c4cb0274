"""What holds for every page: signing in, errors, languages and themes, what browsers keep, and how heavy it is."""

import re

import pytest
from starlette.requests import Request

from app.errors import Unavailable
from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import Element, visitor
from web.errors import problem_of
from web.pages.going import own_address
from web.rendering import render_error
from web.static_files import StaticFiles, static_files

HANDLER = re.compile(r"on[a-z]+")


async def test_signing_in_and_out(node: RunningNode, site: Site) -> None:
    """One is led to the form, told when it did not work (login kept), then goes on where one wanted to go."""
    alice = await factories.person(site, "alice")
    await factories.signed_in(site, alice)
    async with visitor(node, None) as reader:
        page = await reader.open("/boxes/sent")
        assert reader.path == "/sign-in"
        page = await reader.submit(_sign_in(page), login="alice", password="wrong")
        assert reader.response.status_code == 401
        assert "do not belong together" in page.one(id="refused").text
        assert page.one(id="login").attributes["value"] == "alice"
        page = await reader.submit(_sign_in(page), login="alice", password=factories.PASSWORD)
        assert reader.path == "/boxes/sent"
        await reader.submit(page.one("form", action="/sign-out"))
        assert reader.path == "/sign-in"
        await reader.open("/")
        assert reader.path == "/sign-in"


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nb"],
)
def test_no_way_leads_away(address: str) -> None:
    """After signing in or choosing a language nobody is sent to another site."""
    assert own_address(address) == "/"


async def test_language_and_theme(node: RunningNode, site: Site) -> None:
    """Both are chosen in the menu of any page, which is then shown again in them."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as reader:
        page = await reader.open("/boxes/sent")
        page = await reader.submit(page.one("form", action="/language"), "fr", "language")
        assert (reader.path, page.one("h1").text) == ("/boxes/sent", "Envoyés")
        page = await reader.submit(page.one("form", action="/theme"), "dark", "theme")
        assert page.one("html").attributes["data-theme"] == "dark"
        page = await reader.submit(page.one("form", action="/theme"), "system", "theme")
        assert "data-theme" not in page.one("html").attributes


async def test_a_missing_page(node: RunningNode, site: Site) -> None:
    """What is not there (or not hers) is told in the frame of every page, with a way on."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as reader:
        for address in ("/nowhere", "/boxes/nowhere", "/discussions/0123", "/drafts/0123"):
            page = await reader.open(address)
            assert reader.response.status_code == 404
            assert page.one("h1").text == "There is nothing here that you can see"
            assert page.one("header", "banner").all("a", "new")


def test_the_store_is_away() -> None:
    """The page that says so asks the store nothing."""
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "state": {},
             "scheme": "http", "server": ("parley.example", 80)}  # fmt: skip
    response = render_error(Request(scope), problem_of(Unavailable()))
    assert response.status_code == 503
    assert b"Nothing that was sent is lost" in response.body


async def test_every_page_keeps_the_policy(node: RunningNode, site: Site) -> None:
    """No inline script, style or handler on any page, and every file that it names is there."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], body="**Rich** `code`\n\n|a|b|\n|-|:-|\n|1|2|")
    async with visitor(node, bob) as reader:
        for address in (
            "/",
            "/boxes/inbox",
            "/new",
            f"/discussions/{room}",
            f"/discussions/{room}/stop",
            "/sign-in",
        ):
            page = await reader.open(address)
            assert [e for e in page.all() if "style" in e.attributes or e.tag == "style"] == []
            assert [e for e in page.all() if any(HANDLER.fullmatch(name) for name in e.attributes)] == []
            assert [e for e in page.all("script") if e.children] == []
            for file in _files_of(page):
                assert (await reader.client.get(file)).status_code == 200, file


async def test_static_files(node: RunningNode, site: Site) -> None:
    """They are compressed, and kept for ever under their digest; under another one they are not kept."""
    await factories.person(site, "alice")
    async with visitor(node, None) as reader:
        now = await reader.client.get(static_files().url("css/parley.css"))
        assert now.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert now.headers["content-encoding"] == "gzip"
        assert "@import" not in now.text
        assert now.text.count("{") == now.text.count("}")
        # Dozens of small files: each says what holds for it, and not what a page has said.
        assert {"content-security-policy", "x-content-type-options"} <= now.headers.keys()
        assert not {"cross-origin-opener-policy", "permissions-policy"} & now.headers.keys()
        other = await reader.client.get("/static/000000000000/css/parley.css")
        assert (other.status_code, other.headers["cache-control"]) == (200, "no-store")
        for address in ("/static/", "/static/x/../../rendering.py", f"{static_files().base}nothing.js"):
            assert (await reader.client.get(address)).status_code == 404


def test_the_digest_is_of_everything(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A change in any file changes the address of all."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "a.js").write_text("a")
    (folder / "b.js").write_text("b")
    before = StaticFiles(folder).digest
    assert StaticFiles(folder).digest == before
    (folder / "b.js").write_text("c")
    assert StaticFiles(folder).digest != before


def _files_of(page: Element) -> set[str]:
    named = [e.attributes["href"] for e in page.all("link")] + [
        e.attributes["src"] for e in page.all("script")
    ]
    named += [e.attributes["href"].partition("#")[0] for e in page.all("use")]
    return {file for file in named if file.startswith("/static/")}


def _sign_in(page: Element) -> Element:
    return page.one("form", action="/sign-in")
