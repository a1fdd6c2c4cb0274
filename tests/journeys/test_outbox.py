"""Replies on their way: their order, what is posted again, what is refused, and what outlives the page."""

import pytest
from playwright.async_api import Page

from tests.journeys.modules import UNTIL, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

OUTBOX = (
    UNTIL
    + """
const { Outbox } = await import("/outbox.js");
const { openShelf, Tray } = await import("/shelf.js");
const made = async ({ kept = new Tray(), person = "alice" } = {}) => {
  const posted = [], told = [];
  const outbox = new Outbox({
    shelf: kept, person,
    post: (reply) => posted.push(reply.client_id),
    told: (discussion, replies) => told.push([discussion, replies.map((reply) => [reply.client_id, reply.failed])]),
    ring: () => {},
  });
  return { outbox, posted, told, kept };
};
const reply = (client_id, discussion = "d", body = client_id) => ({ client_id, discussion, body });
"""
)


async def test_replies_of_a_discussion_go_one_after_the_other(bench_page: Page) -> None:
    """The next reply leaves when the one before is acknowledged; another discussion does not wait for it."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted }} = await made();
        await outbox.lead(); outbox.welcome();
        for (const each of [reply("1"), reply("2"), reply("x", "other")]) await outbox.add(each);
        const first = [...posted];
        await outbox.remove("1");
        return [first, posted];
        """,
    ) == [["1", "x"], ["1", "x", "2"]]


async def test_only_the_leader_posts_and_only_on_a_live_stream(bench_page: Page) -> None:
    """Nothing leaves before both."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted }} = await made();
        await outbox.add(reply("1"));
        outbox.welcome();
        const live = [...posted];
        await outbox.lead();
        return [live, posted];
        """,
    ) == [[], ["1"]]


async def test_what_was_flying_flies_again_under_the_same_id(bench_page: Page) -> None:
    """A lost connection says nothing about a reply: it is posted again, first, with its client_id."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted }} = await made();
        await outbox.lead(); outbox.welcome();
        await outbox.add(reply("1")); await outbox.add(reply("2"));
        await outbox.lost(1006);
        outbox.welcome();
        await outbox.remove("1");
        return posted;
        """,
    ) == ["1", "1", "2"]


async def test_a_refused_reply_is_kept_out_of_the_way(bench_page: Page) -> None:
    """A refusal fails one reply, lets the next ones go, and keeps the text to retry."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted, told }} = await made();
        await outbox.lead(); outbox.welcome();
        await outbox.add(reply("1")); await outbox.add(reply("2"));
        await outbox.refused("1", "invalid_body");
        const kept = told.at(-1);
        await outbox.remove("2");
        await outbox.retry("1");
        return [kept, posted];
        """,
    ) == [["d", [["1", "invalid_body"], ["2", None]]], ["1", "2", "1"]]


async def test_a_passing_refusal_is_waited_out(bench_page: Page) -> None:
    """`rate_limited` holds everything back for as long as the server says, and fails nothing."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted, told }} = await made();
        await outbox.lead(); outbox.welcome();
        await outbox.add(reply("1"));
        await outbox.refused("1", "rate_limited", 0.05);
        await outbox.add(reply("2", "other"));
        const held = [...posted];
        await until(() => posted.length === 3, "both are posted");
        return [held, posted, told.at(-1)];
        """,
    ) == [["1"], ["1", "1", "2"], ["other", [["2", None]]]]


async def test_a_used_client_id_is_replaced_on_retry(bench_page: Page) -> None:
    """The server knows the id with another text: the retry is a new reply."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted }} = await made();
        await outbox.lead(); outbox.welcome();
        await outbox.add(reply("1"));
        await outbox.refused("1", "client_id_reused");
        await outbox.retry("1");
        return [posted.length, posted[1] !== "1", outbox.of("d").length];
        """,
    ) == [2, True, 1]


async def test_a_text_that_no_frame_can_carry_does_not_break_the_stream_twice(bench_page: Page) -> None:
    """Too long is refused at once; what the server closed the connection over is not posted again."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox, posted }} = await made();
        await outbox.lead(); outbox.welcome();
        await outbox.add(reply("long", "d", "é".repeat(20001)));
        await outbox.add(reply("odd"));
        await outbox.lost(4413);
        outbox.welcome();
        return [posted, outbox.of("d").map((each) => each.failed)];
        """,
    ) == [["odd"], ["invalid_body", "other"]]


async def test_replies_outlive_the_page(bench_page: Page) -> None:
    """What was put on the shelf is there after a reload, in order, once, and for its writer alone."""
    await run(
        bench_page,
        f"""{OUTBOX}
        const {{ outbox }} = await made({{ kept: await openShelf() }});
        for (const id of ["1", "2", "1", "3"]) await outbox.add(reply(id));
        """,
    )
    await bench_page.reload()
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const kept = await openShelf();
        const bob = await made({{ kept, person: "bob" }});
        await bob.outbox.lead(); bob.outbox.welcome();
        const alice = await made({{ kept }});
        await alice.outbox.lead(); alice.outbox.welcome();
        for (const id of ["1", "2", "3"]) await alice.outbox.remove(id);
        return [bob.posted, alice.posted, (await kept.all("alice")).length];
        """,
    ) == [[], ["1", "2", "3"], 0]


async def test_two_tabs_put_on_one_shelf_and_one_posts(bench_page: Page) -> None:
    """A tab that does not lead rings; the leader finds the reply and posts it once."""
    assert await run(
        bench_page,
        f"""{OUTBOX}
        const kept = await openShelf();
        const leader = await made({{ kept }});
        const other = await made({{ kept }});
        await leader.outbox.lead();
        leader.outbox.welcome(); other.outbox.welcome();
        await other.outbox.add(reply("1"));
        await leader.outbox.reload();
        await leader.outbox.remove("1");
        await other.outbox.reload();
        return [leader.posted, other.posted, other.told.at(-1)];
        """,
    ) == [["1"], [], ["d", []]]
