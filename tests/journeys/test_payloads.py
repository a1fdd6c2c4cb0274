"""Bodies that would like to run: nothing of them does, rendered by the server or brought by the stream."""

import pytest
from playwright.async_api import expect

from tests import factories
from tests.journeys.discussing import entry
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<a href='javascript:alert(1)'>x</a>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#x6a;avascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[a](vbscript:alert(1))",
    "<javascript:alert(1)>",
    '![a](x"onerror="alert(1))',
    "![a](javascript:alert(1))",
    "[a]: javascript:alert(1)\n\n[a]",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"onclick="alert(1)\nx\n```',
    "| <img src=x onerror=alert(1)> |\n| --- |\n| <script>alert(1)</script> |",
    'https://example.org/"onmouseover="alert(1)',
    "**<b onclick=alert(1)>x</b>**",
    "<base href='https://example.org/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<style>@import 'https://example.org/x.css';</style>",
    "<template><script>alert(1)</script></template>",
    "<message-log></message-log><recipient-field></recipient-field>",
    "{{ 7 * 7 }} {% raw %} ${alert(1)}",
]

FOREIGN = """() => {
    const elements = "script iframe style svg form base meta input template message-log".split(" ");
    const runs = ({ name, value }) => name.startsWith("on") || /^\\s*(javascript|data|vbscript):/i.test(value);
    return [...document.querySelectorAll(".body *")].flatMap((one) => [
        ...elements.filter((name) => name === one.localName),
        ...[...one.attributes].filter(runs).map(({ name, value }) => `${name}=${value}`),
    ]);
}"""


async def test_nothing_runs(place: Place) -> None:
    """Every payload, once on the page as loaded and once as it comes in; every link is clicked by none."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    subject = "<img src=x onerror=alert(1)>"
    room = await factories.discussion(place.site, alice.who, [bob.who], PAYLOADS[0], subject=subject)
    bob_tab, alice_tab = await bob.tab(f"/discussions/{room}"), await alice.tab(f"/discussions/{room}")
    for number, payload in enumerate(PAYLOADS):
        await alice_tab.locator("#reply-body").fill(payload)
        await alice_tab.locator(".send").click()
        await expect(bob_tab.locator(f"#e{number + 2}")).to_be_attached()
    assert await bob_tab.evaluate(FOREIGN) == []
    await bob_tab.goto(f"{place.line.url}/discussions/{room}?before=1000")
    await expect(entry(bob_tab, "7 * 7")).to_be_visible()
    assert await bob_tab.evaluate(FOREIGN) == []
    await bob_tab.goto(f"{place.line.url}/boxes/inbox")
    await expect(bob_tab.locator(".row-subject")).to_have_text(subject)
    assert (alice.worries, bob.worries) == ([], [])
