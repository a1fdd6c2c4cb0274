"""Every sentence in every language."""

import re

import pytest
from babel.messages.catalog import Message

from tests import factories
from tests.nodes import RunningNode
from tests.web.html import Element, visitor
from web.i18n import LANGUAGES, choose_language
from web.locale import extract

PLACES = re.compile(r"\{\w+\}")
SAME_IN_BOTH = {"Discussion", "{n} participant", "{n} participants"}


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_every_sentence_is_translated(code: str) -> None:
    """The catalogue has every sentence of templates and Python, none empty, none that nobody shows."""
    shown = {(message.context, message.id) for message in extract.sentences() if message.id}
    kept = {
        (message.context, message.id): _translations(message)
        for message in extract.stored(code)
        if message.id
    }
    assert set(kept) == shown
    assert [key for key, forms in kept.items() if not all(forms)] == []


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_places_stay(code: str) -> None:
    """A translation has the same {places} as the sentence; one that is about one thing need not say how many."""
    for message in extract.stored(code):
        *_, sentence = _sentences(message)
        *singular, translation = _translations(message)
        places = set(PLACES.findall(sentence))
        assert set(PLACES.findall(translation)) == places, translation
        assert all(set(PLACES.findall(form)) <= places for form in singular), singular


def test_french_typography() -> None:
    """French has typographic apostrophes, and no breaking space before its double punctuation."""
    for message in extract.stored("fr"):
        for text in _translations(message):
            assert "'" not in text, text
            assert not re.search(r" [:;?!»]|« ", text), text


@pytest.mark.parametrize(
    ("cookies", "accepted", "own", "language"),
    [
        ({}, "fr-CH, fr;q=0.9, en;q=0.8", None, "fr"),
        ({}, "de, en-GB;q=0.7", None, "en"),
        ({}, "de", None, "en"),
        ({}, "", "fr", "fr"),
        ({}, "en", "fr", "fr"),
        ({"parley-language": "en"}, "fr", "fr", "fr"),
        ({"parley-language": "en"}, "fr", None, "en"),
        ({"parley-language": "xx"}, "fr", None, "fr"),
    ],
)
def test_which_language(cookies: dict[str, str], accepted: str, own: str | None, language: str) -> None:
    """The person's own language goes before what a visitor chose in this browser, that before what it asks for."""
    assert choose_language(cookies, accepted, own).code == language


async def test_a_french_page_is_french(node: RunningNode) -> None:
    """No English sentence is on any French page, neither seen nor spoken nor waiting for the browser."""
    site = node.site
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], subject="Salut", body="Bonjour")
    english = _sentences_only_in_english()
    addresses = ["/", "/new", f"/discussions/{room}", f"/discussions/{room}/stop", "/nowhere", "/sign-in"]
    addresses += [f"/boxes/{box}" for box in ("inbox", "progress", "sent", "drafts", "trash")]
    addresses.append("/folders")
    async with visitor(node, bob, "fr") as reader:
        for address in addresses:
            page = await reader.open(address)
            assert page.one("html").attributes["lang"] == "fr"
            assert [said for said in _said(page) if said in english] == [], address


def _sentences_only_in_english() -> set[str]:
    found = (sentence for message in extract.sentences() for sentence in _sentences(message))
    return set(found) - SAME_IN_BOTH - {""}


def _sentences(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def _translations(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _said(element: Element) -> list[str]:
    spoken = ("data-", "title", "aria-", "placeholder")
    # The names of keys are the same in every language.
    attributes = {name: value for name, value in element.attributes.items() if name != "aria-keyshortcuts"}
    said = [value for name, value in attributes.items() if name.startswith(spoken)]
    for child in element.children:
        said += [" ".join(child.split())] if isinstance(child, str) else _said(child)
    return [text for text in said if text]
