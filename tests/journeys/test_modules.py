"""What the browser modules decide without a page: waiting, resuming, and leaving lists alone."""

import pytest
from playwright.async_api import Page

from tests.journeys.modules import UNTIL, run

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_attempts_are_spread_over_windows_that_double(bench_page: Page) -> None:
    """The longest wait doubles up to a bound, and is longer where nobody looks."""
    assert await run(
        bench_page,
        """
        const { backoff } = await import("/backoff.js");
        const longest = (attempt, hidden) => backoff(attempt, hidden, () => 1);
        const shown = [0, 1, 2, 30].map((n) => longest(n, false));
        return [shown, longest(0, true), longest(30, true), backoff(3, false, () => 0)];
        """,
    ) == [[1000, 2000, 4000, 20000], 4000, 120000, 0]


async def test_a_resume_asks_from_the_last_seen_number(bench_page: Page) -> None:
    """A greeting names what is open with the highest number seen; what is not open is forgotten with the stream."""
    assert await run(
        bench_page,
        """
        const { Positions } = await import("/positions.js");
        const positions = new Positions();
        const before = positions.open("a", 4);
        const first = positions.resume(["a"]);
        positions.advance("a", 5); positions.advance("b", 9); positions.advance("a", 3);
        positions.lost(["a"]);
        return [before, first, positions.resume(["a", "b"])];
        """,
    ) == [False, {"a": 4}, {"a": 5}]


async def test_a_page_is_behind_only_where_the_stream_has_gone_by(bench_page: Page) -> None:
    """Opened while the stream runs: unknown or older than seen is behind, level is not."""
    assert await run(
        bench_page,
        """
        const { Positions } = await import("/positions.js");
        const positions = new Positions();
        positions.resume([]);
        const unknown = positions.open("a", 4);
        const level = positions.open("a", 4);
        positions.advance("a", 6);
        return [unknown, level, positions.open("a", 5), positions.open("a", 6)];
        """,
    ) == [True, False, True, False]


async def test_at_most_two_hundred_discussions_are_resumed(bench_page: Page) -> None:
    """The protocol allows no more; the latest opened are the ones kept."""
    assert await run(
        bench_page,
        """
        const { Positions } = await import("/positions.js");
        const positions = new Positions();
        const open = Array.from({ length: 205 }, (_, n) => `d${n}`);
        open.forEach((discussion) => positions.open(discussion, 1));
        const asked = Object.keys(positions.resume(open));
        return [asked.length, asked[0], asked.at(-1)];
        """,
    ) == [200, "d5", "d204"]


async def test_lists_wait_while_somebody_aims(bench_page: Page) -> None:
    """A change asked for while the pointer moves over a list is made once it rests."""
    assert await run(
        bench_page,
        f"""{UNTIL}
        const {{ Calm }} = await import("/calm.js");
        const list = document.body.appendChild(document.createElement("ol"));
        const begun = performance.now();
        let changed = 0;
        const calm = new Calm(list, async () => (changed = performance.now() - begun), 10);
        list.dispatchEvent(new PointerEvent("pointermove"));
        calm.ask();
        await until(() => changed, "the change is made");
        return changed >= 1400;
        """,
    )
