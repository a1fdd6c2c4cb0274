"""What a browser without scripts would make of a page: its texts, its links, and its forms to fill in and submit."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from app import own_settings
from app.site import Identity
from tests import factories
from tests.nodes import RunningNode

VOID = {"br", "hr", "img", "input", "link", "meta", "use", "path", "circle"}
SPOKEN_ATTRIBUTES = ("title", "aria-label", "placeholder")
Attributes = dict[str, str]


@dataclass
class Element:
    """One element: what it is, what it holds."""

    tag: str
    attributes: Attributes
    children: "list[Element | str]" = field(default_factory=list)

    def all(self, tag: str = "", class_: str = "", **attributes: str) -> "list[Element]":
        """The elements inside with this tag, class and these attributes, in order."""
        return [
            element
            for element in self._inside()
            if (not tag or element.tag == tag)
            and (not class_ or class_ in element.attributes.get("class", "").split())
            and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str = "", class_: str = "", **attributes: str) -> "Element":
        """The only such element."""
        found = self.all(tag, class_, **attributes)
        assert len(found) == 1, f"{len(found)} × {tag}.{class_} {attributes}"
        return found[0]

    @property
    def text(self) -> str:
        """What it says, without templates, spaces joined."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        if self.tag in ("template", "script"):
            return
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()

    def _inside(self) -> "Iterator[Element]":
        for child in self.children:
            if isinstance(child, Element):
                yield child
                # What is in a template is not in the page.
                yield from child._inside() if child.tag != "template" else ()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(html: str) -> Element:
    """The tree of a page; fails on an element that is closed by another."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def fields_of(form: Element) -> list[tuple[str, str]]:
    """What a form would send, without any button."""
    fields = []
    for element in form.all():
        name, value = element.attributes.get("name", ""), element.attributes.get("value", "")
        if element.tag == "textarea":
            # A browser drops the first line break and sends the others as CR LF.
            text = "".join(child for child in element.children if isinstance(child, str))
            fields.append((name, text.removeprefix("\n").replace("\n", "\r\n")))
        elif element.tag == "select":
            options = element.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            fields += [(name, option.attributes.get("value", option.text)) for option in chosen]
        elif element.tag == "input" and name and _is_sent(element):
            fields.append((name, value))
    return fields


def _is_sent(field: Element) -> bool:
    return field.attributes.get("type") not in ("checkbox", "radio") or "checked" in field.attributes


class Visitor:
    """Somebody with a browser in which scripts are off."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = Element("", {})
        self.chosen: tuple[tuple[str, bytes], ...] = ()
        self.response: httpx.Response

    @property
    def path(self) -> str:
        """Where she is."""
        return self.response.url.path

    async def open(self, address: str) -> Element:
        """Follow an address (and where it leads)."""
        return self._show(await self.client.get(address, follow_redirects=True))

    def choose(self, *files: tuple[str, bytes]) -> None:
        """Choose files, each a name and its content, for the form that is submitted next."""
        self.chosen = files

    async def submit(
        self, form: Element, action: str = "", button: str = "action", **typed: object
    ) -> Element:
        """Fill in a form and press one of its buttons. `typed` replaces or (a list) adds to what is there."""
        fields = [
            (name, value) for name, value in fields_of(form) if not isinstance(typed.get(name, []), str)
        ]
        for name, value in typed.items():
            fields += [(name, value)] if isinstance(value, str) else [(name, str(each)) for each in value]  # type: ignore[attr-defined]
        if action:
            fields.append((button, action))
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        address = form.attributes.get("action") or str(self.response.url)
        sent: dict[str, object] = {"data": data}
        if "enctype" in form.attributes:
            texts = [(name, (None, value)) for name, values in data.items() for value in values]
            sent = {"files": [*texts, *(("file", file) for file in self.chosen)]}
        self.choose()
        return self._show(await self.client.post(address, **sent, follow_redirects=True))  # type: ignore[arg-type]

    def _show(self, response: httpx.Response) -> Element:
        self.response = response
        self.page = read(response.text)
        return self.page


@asynccontextmanager
async def visitor(node: RunningNode, who: Identity | None, language: str = "en") -> AsyncIterator[Visitor]:
    """A visitor of this node, who reads it in this language; None: not signed in."""
    cookies = {"parley-language": language}
    if who:
        await own_settings.change(node.site, who, language=language)
        cookies |= await factories.signed_in(node.site, who)
    async with node.client(cookies=cookies) as client:
        yield Visitor(client)
