"""Bodies that mean harm: nothing of them runs, and none takes long."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.markdown import LINK_SCHEMES, _rendered, _unmarked, plain_excerpt, render

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "**<b onmouseover=alert(1)>x</b>**",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/sign-out)",
    '[x](https://e.example "onmouseover=alert(1)")',
    "[x](https://e.example '\" onmouseover=\"alert(1)')",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://e.example/x.png)',
    "<javascript:alert(1)>",
    '<https://e.example/"onclick=alert(1)>',
    "[a]: javascript:alert(1)\n\n[a]",
    '```"><script>alert(1)</script>\nx\n```',
    "``` x onload=alert(1)\ny\n```",
    "|<img src=x onerror=alert(1)>|b|\n|-|-|\n|[x](javascript:alert(1))|y|",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<style>*{background:url(https://e.example)}</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '**x** <noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    'https://e.example/"><script>alert(1)</script>',
    'www.e.example/"onmouseover=alert(1)',
    '<a@e.example"onclick=alert(1)>',
    "&lt;script&gt;alert(1)&lt;/script&gt; **x**",
    "# <object data=javascript:alert(1)>",
    "- <base href=//evil.example>\n- <meta http-equiv=refresh content=0>",
]
ELEMENTS = {
    *("a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"),
    *("s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


class _Found(HTMLParser):
    """Collects elements and attributes as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what there is."""
        self.elements.add(tag)
        self.attributes += attrs


def harmless(html: str) -> bool:
    """Whether there is nothing but text, structure and links to elsewhere."""
    found = _Found(html)
    names = {name for name, _ in found.attributes}
    links = [value or "" for name, value in found.attributes if name == "href"]
    stops = {value for name, value in found.attributes if name == "tabindex"}
    return (
        found.elements <= ELEMENTS
        and names <= {"href", "title", "rel", "dir", "align", "start", "tabindex"}
        and stops <= {"0"}
        and all(link.partition(":")[0] in LINK_SCHEMES for link in links)
    )


@pytest.mark.parametrize("body", PAYLOADS)
def test_nothing_of_a_payload_is_left(body: str) -> None:
    """Attempts to run something come out as text, whatever stands around them."""
    for variant in (body, f"*x* {body}", f"> {body}", f"- {body}\n", f"`x`\n\n{body}\n\n**y**"):
        html = render(variant)
        assert html is None or harmless(html), html


@given(st.text(alphabet="<>\"'`*_[]()!#&;:/=\\|~-+. \n\tajs1:hrefimgonscript", max_size=200))
def test_nothing_harmful_comes_of_any_text(body: str) -> None:
    """Whatever is written, only allowed elements and links come out."""
    html = render(body)
    assert html is None or harmless(html), html


N = 20_000
HOSTILE = {
    "brackets": "[" * N,
    "images": "![" * (N // 2),
    "links": "[a](b" * (N // 5),
    "stars": "*" * N,
    "stars and letters": "*a " * (N // 3),
    "mixed emphasis": "*_" * (N // 2),
    "tildes": "~~a" * (N // 3),
    "quotes": ">" * N,
    "quotes and lists": "> - " * (N // 4),
    "backticks": "".join("`" * (n % 7 + 1) + "a" for n in range(N // 6)),
    "angles": "<" * N,
    "entities": "&#1;" * (N // 4),
    "schemes": "://" * (N // 3),
    "addresses": "http://a." * (N // 9),
    "e-mail": "a.b@c.d" * (N // 7),
    "www": "www." * (N // 4),
    "list items": "- a\n" * (N // 4),
    "headings": "# a\n" * (N // 4),
    "table": "|a|b|\n|-|-|\n" + "|x|y|\n" * (N // 7),
    "wide table": "|" + "a|" * (N // 8) + "\n|" + "-|" * (N // 8) + "\n" + "|\n" * (N // 4),
    "square table": "|" + "a|" * 140 + "\n|" + "-|" * 140 + "\n" + "x\n" * 1900,
    "references": "[a]:b\n\n" + "[a]" * (N // 3),
    "just below the bounds": ("![a](" * 590 + "*_" * 20 + "\n- a" * 1900 + "http://a. " * 190)[:N],
    "nested lists": "".join("  " * n + "- a\n" for n in range(135)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_bounded_time_and_room(name: str) -> None:
    """20,000 characters made to be slow take a fraction of a second, and do not swell beyond bounds."""
    body = HOSTILE[name][:N]
    # The best of three: beside other work the processor is slower, too.
    assert any(_seconds(body) < 0.7 for _ in range(3))
    assert len(render(body) or "") <= 200_000


def _seconds(body: str) -> float:
    for remembered in (_rendered, _unmarked):
        remembered.cache_clear()
    begin = time.process_time()
    render(body)
    plain_excerpt(body)
    return time.process_time() - begin
