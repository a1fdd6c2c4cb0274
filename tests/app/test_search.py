"""Search: what is found, by whom, and what stands in a result; from the index and before it knows."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from app.drafts import Address, DraftFields, create
from app.errors import InvalidInput
from app.indexing import Indexer
from app.participants import add, stop
from app.search import Findings, Found, Wanted, search
from app.site import Identity, Site
from tests import factories
from tests.app.circles import reply

Settle = Callable[[], Awaitable[None]]


@pytest.fixture(params=["indexed", "fresh"])
def settle(request: pytest.FixtureRequest, site: Site) -> Settle:
    """Bring the index up to date, or leave everything to be read directly: nobody may notice which."""

    async def bring() -> None:
        if request.param == "indexed":
            await Indexer(site.database).catch_up(share=1)

    return bring


async def found(site: Site, who: Identity, q: str = "", **wanted: Any) -> list[Found]:
    """Everything that this person finds."""
    page = await search(site, who, Wanted(q=q, **wanted), limit=50)
    assert page.next is None
    assert page.complete
    return page.items


async def places(site: Site, who: Identity, q: str = "", **wanted: Any) -> list[tuple[str, int | None]]:
    """Kind and number of what she finds."""
    return [(one.kind, one.seq) for one in await found(site, who, q, **wanted)]


async def test_words_are_found_without_accents_case_and_endings(site: Site, settle: Settle) -> None:
    """Beginnings, plurals, phrases and elided words, in subjects, messages and replies, in two languages."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(
        site, alice, [bob], "L'élève a lu « Le Cœur » hier.", subject="Journaux d'été"
    )
    await reply(site, bob, room, "Two **stories** for the teacher's Straße 12, final_report.pdf")
    await settle()
    for q in (
        "eleve",
        "ÉLÈVE",
        "élèves",
        "coeur",
        "l'eleve coeur",
        "journal",
        "ete",
        "el",
        '"le coeur"',
        '"le coeur',
    ):
        assert await places(site, bob, q) == [("message", 1)], q
    for q in ("story", "teachers", "strasse", "report", '"final report"', "12", "rep fin"):
        assert await places(site, alice, q) == [("reply", 2)], q
    for q in ("lecoeur", '"coeur le"', "eleve report", "zzz", "!!", '"', "h", '"repor"'):
        assert await places(site, bob, q) == [], q


async def test_people_and_groups_are_found_by_their_names(site: Site, settle: Settle) -> None:
    """An author's name finds what she wrote; those of people and groups what was addressed to them."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    class_5b = await factories.group(site, "Classe 5ème B", [bob])
    room = await factories.discussion(site, alice, [class_5b], "Hello.", subject="Outing")
    await reply(site, bob, room, "With pleasure.")
    await add(site, alice, room, [Address("person", carol.person_id)], share_history=True)
    await settle()
    assert await places(site, bob, "Alic") == [("message", 1)]
    assert await places(site, bob, "5eme") == [("message", 1)]
    assert await places(site, alice, "bob pleasure") == [("reply", 2)]
    assert await places(site, alice, "carol") == [("added", 3)]
    assert await places(site, alice, "hello", sender="bob") == []
    assert await places(site, alice, sender="BOB") == [("reply", 2)]
    assert await places(site, alice, sender=alice.person_id) == [("message", 1)]
    assert await places(site, alice, "outing bob") == []


async def test_only_what_one_may_see_is_found(site: Site, settle: Settle) -> None:
    """Neither strangers' rooms nor what was before one came, after one left, or in others' drafts."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob], "secret one", subject="Budget")
    await reply(site, bob, room, "secret two")
    await add(site, alice, room, [Address("person", carol.person_id)], share_history=False)
    await reply(site, bob, room, "secret three")
    await create(site, alice, DraftFields(subject="secret draft"))
    await settle()
    assert await places(site, carol, "secret") == [("reply", 4)]
    [subject] = await found(site, carol, "budget")
    assert (subject.kind, subject.seq, subject.words.text) == ("subject", 3, "")
    assert await places(site, bob, "secret") == [("reply", 4), ("reply", 2), ("message", 1)]
    assert (await places(site, alice, "secret"))[0] == ("draft", None)
    await stop(site, bob, room)
    assert await places(site, bob, "secret") == []
    assert await places(site, bob, "budget") == []


async def test_filters_narrow_what_is_found(site: Site, settle: Settle) -> None:
    """Unread, dates; also without words."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob, carol], "The first.", subject="Words")
    await reply(site, bob, room, "The second.")
    await settle()
    today = site.now().date()
    assert await places(site, carol, unread=True) == [("reply", 2), ("message", 1)]
    assert await places(site, bob, unread=True) == []
    assert await places(site, alice, "the", unread=True) == [("reply", 2)]
    assert await places(site, bob, since=date(2000, 1, 1)) == [("reply", 2), ("message", 1)]
    assert await places(site, bob, "the", since=date(today.year + 1, 1, 1)) == []
    assert await places(site, bob, "the", until=date(today.year - 1, 1, 1)) == []
    assert await places(site, bob, until=date.max, since=date.min) == [("reply", 2), ("message", 1)]
    assert await places(site, bob, "the", attachment=True) == []
    assert await places(site, bob, "the", folder="0" * 32) == []
    assert await search(site, bob, Wanted()) == Findings([], None, True)


async def test_pages_follow_each_other_while_the_index_goes_on(site: Site) -> None:
    """Newest first, each once, whatever the index takes in between two pages."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], "word")
    for _ in range(9):
        await reply(site, bob, room, "word")
    seen: list[int | None] = []
    cursor = None
    for _ in range(5):
        page = await search(site, alice, Wanted(q="word"), cursor=cursor, limit=2)
        seen += [one.seq for one in page.items]
        cursor = page.next
        await Indexer(site.database).catch_up(share=1)
    assert seen == list(range(10, 0, -1))
    assert cursor is None
    with pytest.raises(InvalidInput):
        await search(site, alice, Wanted(q="word"), cursor="nonsense")


async def test_results_say_where_the_words_are(site: Site) -> None:
    """Subject, words and the author's name carry ranges; nothing is markup."""
    alice, bob = await factories.people(site, "alice", "bob")
    await factories.discussion(site, alice, [bob], "<b>Été</b> avec Alice", subject="L'été")
    [one] = await found(site, bob, "ete alice")
    assert one.subject.marks == [(2, 5)]
    assert [one.words.text[start:end] for start, end in one.words.marks] == ["Été", "Alice"]
    assert one.author_marks == [(0, 5)]
    assert one.unread
