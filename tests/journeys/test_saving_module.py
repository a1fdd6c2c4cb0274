"""What saving by itself decides without a page: when to save, when to wait, and what is unsaved."""

import pytest
from playwright.async_api import Page

from tests.journeys.modules import UNTIL, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAVING = (
    UNTIL
    + """
const { Saving } = await import("/saving.js");
const made = ({ answers = [], pause = 0, wait = () => 0, slow = false } = {}) => {
  const page = { text: "a", posted: [], told: [], kept: [], release: null };
  page.saving = new Saving({
    read: () => page.text,
    post: async ({ keepalive = false } = {}) => {
      page.posted.push(page.text);
      if (keepalive) page.kept.push(page.text);
      if (slow) await new Promise((resume) => (page.release = resume));
      const status = answers.length ? answers.shift() : 204;
      if (!status) throw new TypeError("no line");
      return new Response(null, { status });
    },
    told: (state) => void page.told.push(state),
    pause,
    wait,
  });
  page.type = (text) => ((page.text = text), page.saving.changed());
  return page;
};
"""
)


async def test_what_did_not_change_is_not_saved(bench_page: Page) -> None:
    """Nothing goes out for nothing: not by itself, not by a button, not on leaving."""
    script = """
    const page = made();
    page.saving.changed();
    await page.saving.flush();
    page.saving.leave();
    page.type("b");
    await until(() => page.told.length);
    return [page.posted, page.told, page.saving.dirty];
    """
    assert await run(bench_page, SAVING + script) == [["b"], ["saved"], False]


async def test_what_is_typed_while_a_save_is_under_way_goes_out_next(bench_page: Page) -> None:
    """One save at a time; a button waits for all of it."""
    script = """
    const page = made({ slow: true, pause: 60000 });
    page.type("b");
    const done = page.saving.flush();
    page.type("c");
    page.saving.save();
    await until(() => page.release);
    const release = page.release;
    page.release = null;
    release();
    await until(() => page.release);
    page.release();
    return [await done, page.posted, page.saving.dirty];
    """
    assert await run(bench_page, SAVING + script) == [True, ["b", "c"], False]


@pytest.mark.parametrize(
    ("status", "state"),
    [(401, "ended"), (403, "another"), (404, "gone"), (409, "sent"), (412, "conflict"), (422, "refused")],
)
async def test_what_is_in_the_way_is_told(bench_page: Page, status: int, state: str) -> None:
    """It stays unsaved, and nothing is tried again until something is done about it."""
    script = f"""
    const page = made({{ answers: [{status}] }});
    page.text = "b";
    const done = await page.saving.flush();
    if ("{state}" !== "refused") page.saving.changed();
    await new Promise((resume) => setTimeout(resume, 30));
    return [done, page.told, page.posted, page.saving.dirty];
    """
    assert await run(bench_page, SAVING + script) == [False, [state], ["b"], True]


async def test_an_outage_is_waited_out(bench_page: Page) -> None:
    """A cut line, a restarting server and a busy one: tried again by itself, longer each time, until it is saved."""
    script = """
    const asked = [];
    const page = made({ answers: [0, 502, 503, 429], wait: (attempt) => (asked.push(attempt), 0) });
    page.type("b");
    await until(() => page.told.at(-1) === "saved");
    return [page.told, asked, page.saving.dirty];
    """
    told = ["unreachable"] * 4 + ["saved"]
    assert await run(bench_page, SAVING + script) == [told, [0, 1, 2, 3], False]


async def test_signed_in_again_it_goes_on(bench_page: Page) -> None:
    """What might have ended the obstacle is reason enough to try; nothing else is."""
    script = """
    const page = made({ answers: [401] });
    page.text = "b";
    await page.saving.flush();
    page.saving.again();
    await until(() => page.told.at(-1) === "saved");
    page.saving.again();
    return [page.told, page.posted];
    """
    assert await run(bench_page, SAVING + script) == [["ended", "saved"], ["b", "b"]]


async def test_the_last_words_go_out_on_leaving(bench_page: Page) -> None:
    """Also while an older save is under way; but a choice that was not made is not made by leaving."""
    script = """
    const page = made({ slow: true });
    page.text = "b";
    page.saving.save();
    page.text = "c";
    page.saving.leave();
    const torn = made({ answers: [412] });
    torn.text = "b";
    await torn.saving.flush();
    torn.saving.leave();
    return [page.kept, torn.kept];
    """
    assert await run(bench_page, SAVING + script) == [["c"], []]
