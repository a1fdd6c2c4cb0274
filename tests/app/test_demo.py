"""The demo site: complete, plausible, and only in an empty database."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.demo import PASSWORD, build
from app.demo.scenes import scenes
from app.drafts import list_drafts
from app.errors import Forbidden
from app.mailbox import box, unread
from app.markdown import render
from app.sign_in import identify, sign_in
from app.site import Identity, Site
from store.tables import Entry, Participation, Person


async def enter(site: Site, login: str) -> Identity:
    """Sign in with the demo's password."""
    signed = await sign_in(site, login, PASSWORD, address="", user_agent="")
    who = await identify(site, cookie=signed.secret)
    assert who
    return who


async def test_the_demo_site_makes_one_understand(site: Site) -> None:
    """Everybody named can sign in; there is something unread, in progress, left and drafted; no time lies ahead."""
    before = site.now()
    report = await build(site)
    assert report.discussions == len(scenes())
    for login in ("alice", "bob", "carol", "dave", "admin", "operator"):
        await enter(site, login)
    for login in ("alice", "bob"):
        who = await enter(site, login)
        assert (await unread(site, who)).count >= 3
        rows = (await box(site, who, "progress")).items
        assert len(rows) >= 8
        assert rows[0].last_entry_at - rows[-1].last_entry_at > timedelta(days=4)
        assert (await list_drafts(site, who)).items
    async with site.database.read() as session:
        languages = Counter(await session.scalars(select(col(Person.language))))
        kinds = set(await session.scalars(select(col(Entry.kind)).distinct()))
        states = set(await session.scalars(select(col(Participation.state)).distinct()))
        last = await session.scalar(select(func.max(col(Entry.created_at))))
        largest = max(Counter(await session.scalars(select(col(Participation.message_id)))).values())
    assert languages["fr"] + languages["en"] == report.people
    assert languages["fr"] >= 10
    assert languages["en"] >= 9
    assert kinds == {"message", "reply", "added", "stopped"}
    assert states == {"active", "stopped"}
    assert last
    assert last <= before + timedelta(minutes=1)
    assert largest >= 15
    with pytest.raises(Forbidden):
        await build(site)


def test_the_texts_show_what_bodies_can_be() -> None:
    """Lists, links, code, tables, quotes, right-to-left words, emoji, and plain lines too."""
    bodies = [body for scene in scenes() for body in (scene.body, *(step.says for step in scene.then))]
    html = "".join(render(body) or "" for body in bodies)
    for tag in (
        "<ul",
        "<ol",
        "<a ",
        "<pre",
        "<code",
        "<table",
        "<blockquote",
        "<h3",
        "<strong",
        "<em",
        "<s>",
        "<hr",
    ):
        assert tag in html, tag
    text = "".join(bodies)
    assert any("֐" <= c <= "׿" for c in text)
    assert any("؀" <= c <= "ۿ" for c in text)
    assert any(c > "\U0001f300" for c in text)
    assert sum(render(body) is None for body in bodies) > 30
