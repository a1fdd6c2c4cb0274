"""Bodies as they are shown: CommonMark with tables, strikethrough and automatic links, then a sanitiser.

Plain text never enters the parser: most replies are plain, and are shown as they are with their line breaks kept.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

LINK_SCHEMES = {"http", "https", "mailto"}
MARKS = {"a", "br", "code", "em", "hr", "pre", "s", "strong", "table", "tbody", "thead", "tr"}
DIRECTED = {"blockquote", "h3", "h4", "h5", "h6", "li", "ol", "p", "td", "th", "ul"}
ATTRIBUTES = {
    **{tag: {"dir"} for tag in DIRECTED},
    "a": {"href", "title"},
    "code": {"dir", "tabindex"},
    "ol": {"dir", "start"},
    "pre": {"dir"},
    "table": {"tabindex"},
    "td": {"dir", "align"},
    "th": {"dir", "align"},
}

# What begins blocks that are more than paragraphs.
_BLOCK = r"(?: {0,3}(?:[#>+-]|\d{1,9}[.)]|=+[ \t]*(?:\n|$)|\t)| {4})"
_FIRST_BLOCK = re.compile(_BLOCK)
_LATER_BLOCK = re.compile("\n" + _BLOCK)

_MARK = re.compile(r"[*_`\[\]\\~<&|!]")
_LINK = re.compile(r"://|@|www\.|mailto:", re.IGNORECASE)

# What nobody writes by hand costs the parser seconds; beyond these bounds a body is shown as it is.
MOST_MARKS = 3000
MOST_LINES = 2000
MOST_CELLS = 5000
MOST_LINKS = 200
MOST_HTML = 200_000
MOST_MARKS_OF_EXCERPT = 150


def render(body: str) -> str | None:
    """`body` as sanitised HTML, or None when it is plain text and is shown as it is."""
    return _rendered(body) if may_be_markup(body) else None


def may_be_markup(body: str) -> bool:
    """Whether `body` has to be parsed to know whether it is plain text.

    It may say yes too often (`5 * 3`): the parser then finds nothing but text. Most bodies are plain, and every reply
    is asked: one character after the other is found many times faster than a set of them.
    """
    return (
        ("*" in body or "_" in body or "`" in body or "[" in body or "\\" in body or "~" in body)
        or ("<" in body or "&" in body or "|" in body or "@" in body or "://" in body)
        or "www." in body.casefold()
        or _FIRST_BLOCK.match(body) is not None
        or ("\n" in body and _LATER_BLOCK.search(body) is not None)
    )


def plain_excerpt(body: str, limit: int = 200) -> str:
    """The first `limit` characters of `body` in one line, without the marks of its markup."""
    # No more of a long text is looked at than the excerpt of an ordinary one needs.
    words = _unmarked(body[: 4 * limit])
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


# Many participants ask for the same few bodies.
@lru_cache(maxsize=256)
def _rendered(body: str) -> str | None:
    if _is_too_intricate(body, MOST_MARKS):
        return None
    parser = _parser(links=len(_LINK.findall(body)) <= MOST_LINKS)
    tokens = parser.parse(body)
    if _is_plain(tokens):
        return None
    html: str = parser.renderer.render(tokens, parser.options, {})
    html = nh3.clean(
        html,
        tags=MARKS | DIRECTED,
        attributes=ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        url_relative="deny",
        link_rel="nofollow noopener noreferrer ugc",
    ).strip()
    return html if len(html) <= MOST_HTML else None


@lru_cache(maxsize=1024)
def _unmarked(text: str) -> str:
    if may_be_markup(text) and not _is_too_intricate(text, MOST_MARKS_OF_EXCERPT):
        text = "".join(_words(_parser(links=False).parse(text)))
    return " ".join(text.split())


def _is_too_intricate(body: str, most_marks: int) -> bool:
    if body.count("\n") > MOST_LINES or len(_MARK.findall(body)) > most_marks:
        return True
    # A row of a table may be shorter than its heading; the parser adds the missing cells.
    blocks = (block.split("\n") for block in re.split(r"\n[ \t]*\n", body) if "|" in block)
    return sum(len(lines) * max(line.count("|") for line in lines) for lines in blocks) > MOST_CELLS


class _Parsers(threading.local):
    """The parsers of a thread: looking for links keeps its state in the parser."""

    def __init__(self) -> None:
        self.by_links: dict[bool, MarkdownIt] = {}


_parsers = _Parsers()


def _parser(*, links: bool) -> MarkdownIt:
    if links not in _parsers.by_links:
        _parsers.by_links[links] = _new_parser(links=links)
    return _parsers.by_links[links]


def _new_parser(*, links: bool) -> MarkdownIt:
    # A pasted line break is meant: `breaks` keeps it, so that plain and marked-up text look alike.
    parser = MarkdownIt("commonmark", {"html": False, "linkify": links, "breaks": True, "xhtmlOut": False})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.validateLink = _may_link  # type: ignore[method-assign]
    if parser.linkify is not None:
        _recognise_links(parser.linkify)
    parser.core.ruler.push("house_style", _house_style)
    return parser


def _recognise_links(linkify: LinkifyIt) -> None:
    # Without a scheme only www. and e-mail addresses are links: `notes.md` and `app.py` are no hosts.
    linkify.set({"fuzzy_link": False, "fuzzy_email": True})
    for schema in ("ftp:", "//"):
        linkify.add(schema, None)
    linkify.add("www.", {"validate": _www, "normalize": _add_scheme})


def _may_link(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in LINK_SCHEMES
    except ValueError:
        return False


_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})+(?:[/?#][^\s<>\"'`]*)?")


def _www(linkify: object, text: str, position: int) -> int:
    """How many characters after `www.` belong to the address."""
    found = _HOST.match(text, position)
    return len(found.group().rstrip(".,;:!?)]}*_~")) if found else 0


def _add_scheme(linkify: object, match: object) -> None:
    match.url = f"https://{match.url}"  # type: ignore[attr-defined]


def _house_style(state: StateCore) -> None:
    """Headings below the page's own, directions by content, images as links, alignment without inline style."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        if token.nesting == 1 and token.tag in DIRECTED:
            token.attrSet("dir", "auto")
        if token.tag in ("td", "th") and (style := token.attrGet("style")):
            token.attrSet("align", str(style).removeprefix("text-align:"))
        if token.type in ("fence", "code_block"):
            token.attrSet("dir", "ltr")
        if token.type in ("fence", "code_block", "table_open"):
            # They may scroll in themselves, and must be reached by keyboard then.
            token.attrSet("tabindex", "0")
        if token.children:
            token.children = list(_inline_style(token.children))


def _inline_style(children: Iterable[Token]) -> Iterator[Token]:
    depth = 0
    for token in children:
        depth += token.nesting if token.tag == "a" else 0
        if token.type == "code_inline":
            token.attrSet("dir", "ltr")
        if token.type == "image":
            yield from _as_link(token, inside_link=depth > 0)
        else:
            yield token


def _as_link(image: Token, *, inside_link: bool) -> Iterator[Token]:
    # Nothing is fetched from elsewhere for looking at a message.
    source = str(image.attrGet("src") or "")
    text = Token("text", "", 0, content=image.content or source)
    if inside_link:
        yield text
    else:
        yield Token("link_open", "a", 1, attrs={"href": source})
        yield text
        yield Token("link_close", "a", -1)


def _is_plain(tokens: Sequence[Token]) -> bool:
    """Whether the parser found nothing but paragraphs of text, read as it was written."""
    for token in tokens:
        if token.type == "inline":
            children = token.children or []
            if any(child.type not in ("text", "softbreak", "hardbreak") for child in children):
                return False
            written = "".join(line.strip() for line in token.content.split("\n"))
            if written != "".join(child.content.strip() for child in children):
                return False
        elif token.type not in ("paragraph_open", "paragraph_close"):
            return False
    return True


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _words(token.children)
        elif token.type in ("text", "code_inline", "fence", "code_block"):
            yield token.content
        if token.block or token.type in ("softbreak", "hardbreak"):
            yield " "
