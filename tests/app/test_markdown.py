"""Bodies as they are shown: what is plain, what is marked up, what is dangerous, and how long it takes."""

import re
import threading
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.markdown import LINK_SCHEMES, plain_excerpt, render

P = '<p dir="auto">'
REL = ' rel="nofollow noopener noreferrer ugc"'


@pytest.mark.parametrize(
    "body",
    [
        "Hello",
        "Two lines\nof text",
        "Two\n\nparagraphs, with a trailing space \nor two  \nat the end",
        "😀 👩‍👩‍👧 🇫🇷",
        "مرحبا بالجميع\nשלום לכולם",
        "It's 12:30 — “quoted”, 'single', (brackets); 50 % / 3 = 16.7",
        "5 * 3 and snake_case_word and 2 < 3 & so on",
        "see notes.md or app.py",
        "a - b + c # d > e",
        "Price: 3.50€\n\nTotal 2+2=4",
        "<3",
        "user@host",
        "\ttabs\tbetween",
    ],
)
def test_plain_text_is_shown_as_it_is(body: str) -> None:
    """What a person writes without thinking of markup is not touched."""
    assert render(body) is None or body.startswith("\t")


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**bold** and *soft*\nnext", f"{P}<strong>bold</strong> and <em>soft</em><br>\nnext</p>"),
        ("~~gone~~", f"{P}<s>gone</s></p>"),
        ("`a < b && c`", f'{P}<code dir="ltr">a &lt; b &amp;&amp; c</code></p>'),
        (
            "```python\nif a < b:\n    pass\n```",
            '<pre><code dir="ltr" tabindex="0">if a &lt; b:\n    pass\n</code></pre>',
        ),
        ("# Title\n\n### Part", '<h3 dir="auto">Title</h3>\n<h5 dir="auto">Part</h5>'),
        ("###### Deep", '<h6 dir="auto">Deep</h6>'),
        ("- a\n- b", '<ul dir="auto">\n<li dir="auto">a</li>\n<li dir="auto">b</li>\n</ul>'),
        ("3. a", '<ol start="3" dir="auto">\n<li dir="auto">a</li>\n</ol>'),
        ("> said", f'<blockquote dir="auto">\n{P}said</p>\n</blockquote>'),
        ("\\*literally\\*", f"{P}*literally*</p>"),
        ("Tom &amp; Jerry", f"{P}Tom &amp; Jerry</p>"),
        ("[a](https://e.example/x)", f'{P}<a href="https://e.example/x"{REL}>a</a></p>'),
        (
            "https://e.example/?a=1&b=2.",
            f'{P}<a href="https://e.example/?a=1&amp;b=2"{REL}>https://e.example/?a=1&amp;b=2</a>.</p>',
        ),
        ("(www.e.example/x)", f'{P}(<a href="https://www.e.example/x"{REL}>www.e.example/x</a>)</p>'),
        ("to a@e.org!", f'{P}to <a href="mailto:a@e.org"{REL}>a@e.org</a>!</p>'),
        ("![a cat](https://e.example/c.png)", f'{P}<a href="https://e.example/c.png"{REL}>a cat</a></p>'),
        ("**שלום**", f"{P}<strong>שלום</strong></p>"),
    ],
)
def test_markup(body: str, html: str) -> None:
    """CommonMark, tables, strikethrough and automatic links; headings stay below the page's own."""
    assert render(body) == html


def test_a_table_keeps_its_alignment_without_inline_style() -> None:
    """The page's policy allows no style attributes."""
    html = render("|a|b|\n|:-:|--:|\n|1|2|")
    assert html
    assert '<td dir="auto" align="right">2</td>' in html
    assert "style" not in html


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
    begin = time.process_time()
    html = render(body)
    plain_excerpt(body)
    assert time.process_time() - begin < 0.7
    assert len(html or "") <= 200_000


def test_a_long_honest_text_is_rendered() -> None:
    """20,000 characters of prose with markup, and a real table, stay within the bounds."""
    prose = ("Some *prose* with `code` and [links](https://e.example) here, **as one writes**.\n\n" * 300)[:N]
    assert (render(prose) or "").count("<em>prose</em>") > 200
    table = "| day | meals | left |\n|---|---|---|\n" + "| Monday | 412 | 9 % |\n" * 300
    assert (render(table) or "").count("<td") == 900


def test_threads_render_at_the_same_time() -> None:
    """Long bodies are rendered off the event loop; the parsers do not disturb each other."""
    wrong: list[str] = []

    def work(number: int) -> None:
        for turn in range(30):
            url = f"https://e{number}.example/{turn}"
            html = render(f"see {url} and **{number}**") or ""
            if f'href="{url}"' not in html or f"<strong>{number}</strong>" not in html:
                wrong.append(html)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("Hello\n\n  there ", "Hello there"),
        ("**Bold** and [a link](https://e.example)", "Bold and a link"),
        ("# Title\n\n- one\n- two", "Title one two"),
        ("|a|b|\n|-|-|\n|1|2|", "a b 1 2"),
        ("```\ncode < x\n```", "code < x"),
        ("![cat](https://e.example/c.png)", "cat"),
        ("https://e.example is open", "https://e.example is open"),
        ("", ""),
    ],
)
def test_an_excerpt_is_one_line_without_marks(body: str, excerpt: str) -> None:
    """What stands in a row of a list."""
    assert plain_excerpt(body) == excerpt


def test_an_excerpt_is_cut_with_an_ellipsis() -> None:
    """At most as many characters as asked for."""
    assert plain_excerpt("word " * 100, 12) == "word word w…"
    assert len(plain_excerpt("*x* " * 5000)) <= 200
    assert not re.search(r"\s…", plain_excerpt("ab " * 500, 10))
