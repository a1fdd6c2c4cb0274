"""Bodies as they are shown: what is plain, what is marked up, and what a list shows of them."""

import re
import threading

import pytest

from app.markdown import plain_excerpt, render

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


def test_a_long_honest_text_is_rendered() -> None:
    """20,000 characters of prose with markup, and a real table, stay within the bounds."""
    prose = ("Some *prose* with `code` and [links](https://e.example) here, **as one writes**.\n\n" * 300)[
        :20_000
    ]
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
