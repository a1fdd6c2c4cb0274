"""Search finds exactly what reading everything one may see would find, whatever happened and whatever is indexed.

Random histories are played through the use cases, with the index at any point of them; then everybody asks everything,
page by page, and each answer is held against a plain reading of the logs as the discussion shows them to that person.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.discussions import entries, overview
from app.drafts import Address
from app.errors import Forbidden, NotFound
from app.indexing import Indexer
from app.participants import add, remove, stop
from app.search import Wanted, search
from app.site import Identity, Site
from store.people import fold
from store.search import finding
from tests import factories
from tests.app.circles import Clock, reply

PEOPLE = 4
ROOMS = 2
TEXTS = (
    "L'été à l'école",
    "été, école",
    "Les écoles d'été",
    "summer schools",
    "a school in summer",
    "École.",
)
QUESTIONS = ("ete", "école", "ecoles", '"ete ecole"', "school summer", "s", "a", '"school"', "su", "zzz", '"')

Deed = Literal["reply", "add", "add_without", "remove", "stop", "index"]
Step = tuple[Deed, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["reply", "reply", "reply", "add", "add_without", "remove", "stop", "index"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, ROOMS - 1),
        st.integers(0, 11),
    ),
    max_size=14,
)


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


@pytest.fixture(params=["line by line", "by the index"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either way of looking where little was said: PostgreSQL goes through its lines, unless there are too many."""
    if request.param == "by the index":
        monkeypatch.setattr(finding, "FEW_LINES", 0)


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Everybody who takes part, or does not; no name is like a word that is looked for."""
    return await factories.people(site, *(f"p{number}" for number in range(PEOPLE)))


@pytest.mark.usefixtures("ways")
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps)
async def test_finds_what_reading_finds(site: Site, people: list[Identity], history: list[Step]) -> None:
    """For everybody and every question, in the same order, without repeats, in pages of three."""
    rooms = [
        await factories.discussion(
            site, people[number], people[1:3], TEXTS[number], subject=TEXTS[-1 - number]
        )
        for number in range(ROOMS)
    ]
    for step in history:
        await play(site, people, rooms, step)
    for who in people:
        for q in QUESTIONS:
            # Rooms of earlier histories are hers as well: the database is the same.
            assert [one for one in await asked(site, who, q) if one[0] in rooms] == await read(
                site, who, rooms, q
            ), q


async def play(site: Site, people: list[Identity], rooms: Sequence[str], step: Step) -> None:
    """Let something happen, if it may."""
    deed, actor, place, number = step
    who, room, target = people[actor], rooms[place], people[number % PEOPLE]
    try:
        if deed == "index":
            await Indexer(site.database).catch_up(share=1)
        elif deed == "reply":
            await reply(site, who, room, TEXTS[number % len(TEXTS)])
        elif deed == "remove":
            await remove(site, who, room, target.person_id)
        elif deed == "stop":
            await stop(site, who, room)
        else:
            address = Address("person", target.person_id)
            await add(site, who, room, [address], share_history=deed == "add")
    except (NotFound, Forbidden):
        pass


async def asked(site: Site, who: Identity, q: str) -> list[tuple[str, int]]:
    """What the search finds, page by page."""
    found: list[tuple[str, int]] = []
    cursor = None
    while True:
        page = await search(site, who, Wanted(q=q), cursor=cursor, limit=3)
        found += [(one.discussion, one.seq or 0) for one in page.items]
        cursor = page.next
        if cursor is None:
            return found


async def read(site: Site, who: Identity, rooms: Sequence[str], q: str) -> list[tuple[str, int]]:
    """What one would find by reading every line, newest first."""
    found = []
    for room in rooms:
        try:
            seen, around = await entries(site, who, room, limit=200), await overview(site, who, room)
        except NotFound:
            continue
        for line in seen.items:
            texts = [around.subject, line.body] if line.kind == "message" else [line.body]
            if line.kind in ("message", "reply") and answers(texts, q):
                found.append((line.at, room, line.seq))
        first = seen.items[0]
        if first.seq > 1 and answers([around.subject], q):
            # Found by the subject, which is as old as the message that she does not see.
            found.append((around.sent_at, room, first.seq))
    return [(room, seq) for _, room, seq in sorted(found, reverse=True)]


def answers(texts: Sequence[str], q: str) -> bool:
    """Whether texts answer a question, by the simplest reading of what that means."""
    said = [[word for word in fold(text).split() if word != "l" and word != "d"] for text in texts]
    words = [word for text in said for word in text]
    if q.startswith('"'):
        phrase = fold(q).split()
        return bool(phrase) and any(
            text[at : at + len(phrase)] == phrase for text in said for at in range(len(text))
        )
    return all(
        any(
            word == each
            or (len(each) > 1 and word.startswith(each))
            or (len(each) > 3 and word == each.rstrip("s"))
            for word in words
        )
        for each in fold(q).split()
    )
