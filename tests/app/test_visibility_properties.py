"""Whatever happens in a room, nobody sees a line outside her bounds, and counts equal counting.

Random histories are played against the use cases and against a model that is too simple to be wrong.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.discussions import entries, mark_read, mark_unread, overview
from app.drafts import Address
from app.errors import Forbidden, NotFound
from app.mailbox import box, unread
from app.mirroring import Mirror, tally
from app.participants import add, remove, stop
from app.site import Identity, Site
from store.prepared import through
from store.unread import UnreadIn, unread_in
from tests import factories
from tests.app.circles import Clock, reply

PEOPLE = 5
INSIDE = 3
"""So many of the people are in the room at the beginning; the first is its author."""

Deed = Literal["reply", "add", "add_without", "remove", "stop", "read", "unread", "mirror", "tally"]
Step = tuple[Deed, int, int]

# Rare enough to be named: her own earlier replies never count against her.
COMES_BACK: list[Step] = [
    ("reply", 1, 0),
    ("reply", 2, 0),
    ("stop", 1, 0),
    ("add_without", 2, 1),
    ("reply", 2, 0),
    ("unread", 1, 0),
    ("remove", 2, 1),
    ("reply", 0, 0),
    ("add", 0, 1),
]

steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("reply", "reply", "reply", "add", "add_without", "remove", "stop"),
                *("read", "unread", "mirror", "tally", "tally"),
            ]
        ),
        st.integers(0, PEOPLE - 1),
        st.integers(0, 12),
    ),
    max_size=16,
)


@dataclass
class Standing:
    """What the model knows of one person."""

    inside: bool = False
    first: int = 1
    read: int = 0
    added_by: int | None = None


@dataclass
class Model:
    """The room as a plain list of (kind, author), and everybody's standing."""

    log: list[tuple[str, int]] = field(default_factory=lambda: [("message", 0)])
    people: list[Standing] = field(
        default_factory=lambda: [Standing(inside=number < INSIDE) for number in range(PEOPLE)]
    )

    def __post_init__(self) -> None:
        self.people[0].read = 1

    def play(self, deed: Deed, actor: int, number: int) -> bool:
        """Let it happen; False if it must be refused."""
        if deed in ("mirror", "tally"):
            return True
        mine, target = self.people[actor], number % PEOPLE
        if not mine.inside:
            return False
        if deed in ("remove", "stop"):
            return self._end(actor, target if deed == "remove" else actor)
        if deed in ("add", "add_without"):
            self._add(actor, target, share=deed == "add")
        elif deed == "reply":
            self.log.append(("reply", actor))
            mine.read = len(self.log)
        elif deed == "read":
            mine.read = max(mine.read, min(number, len(self.log)))
        else:
            mine.read = max(mine.first - 1, min(number - 1, len(self.log)))
        return True

    def seen(self, person: int) -> list[int]:
        """The numbers that this person may see."""
        mine = self.people[person]
        return list(range(mine.first, len(self.log) + 1)) if mine.inside else []

    def unread(self, person: int) -> int:
        """Messages and replies of others after her mark, counted one by one."""
        mine = self.people[person]
        return sum(
            seq > mine.read and kind in ("message", "reply") and author != person
            for seq, (kind, author) in enumerate(self.log, 1)
        )

    def _add(self, actor: int, target: int, *, share: bool) -> None:
        standing = self.people[target]
        if standing.inside:
            return
        self.log.append(("added", actor))
        standing.inside, standing.added_by = True, actor
        standing.first = 1 if share else len(self.log)
        if not share:
            standing.read = len(self.log)

    def _end(self, actor: int, target: int) -> bool:
        standing = self.people[target]
        if not standing.inside or actor not in (0, target, standing.added_by):
            return False
        self.log.append(("stopped" if actor == target else "removed", actor))
        standing.inside = False
        return True


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Everybody who takes part, or does not."""
    return await factories.people(site, *(f"p{number}" for number in range(PEOPLE)))


@pytest.mark.parametrize("mirrored_at_once", [48, 2])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(history=COMES_BACK)
@given(history=steps)
async def test_no_history_shows_anybody_a_line_outside_her_bounds(
    site: Site,
    people: list[Identity],
    monkeypatch: pytest.MonkeyPatch,
    mirrored_at_once: int,
    history: list[Step],
) -> None:
    """Through overview, log, box and counts; in rooms that are mirrored at once and in those that wait."""
    monkeypatch.setattr("store.log.MIRRORED_AT_ONCE", mirrored_at_once)
    room = await factories.discussion(site, people[0], people[1:INSIDE])
    model = Model()
    for deed, actor, number in history:
        expected = model.play(deed, actor, number)
        assert await carried_out(site, people, room, (deed, actor, number)) == expected
        await check(site, people[actor], room, model, actor)
    for number, who in enumerate(people):
        await check(site, who, room, model, number)
        await check_paging(site, who, room, model, number)
        # Out of the way of the next history's badge.
        if model.people[number].inside:
            await mark_read(site, who, room, len(model.log))


async def carried_out(site: Site, people: list[Identity], room: str, step: Step) -> bool:
    """Do it for real; False if it was refused."""
    deed, actor, number = step
    who, target = people[actor], people[number % PEOPLE].person_id
    try:
        if deed == "mirror":
            await Mirror(site.database, step=2).catch_up()
        elif deed == "tally":
            await tally(site.database, [who.person_id], most=0)
        elif deed == "reply":
            await reply(site, who, room)
        elif deed in ("add", "add_without"):
            await add(site, who, room, [Address("person", target)], share_history=deed == "add")
        elif deed == "remove":
            await remove(site, who, room, target)
        elif deed == "stop":
            await stop(site, who, room)
        elif deed == "read":
            await mark_read(site, who, room, number)
        else:
            await mark_unread(site, who, room, number)
    except (NotFound, Forbidden):
        return False
    return True


async def check(site: Site, who: Identity, room: str, model: Model, number: int) -> None:
    """What this person finds through every door is what the model says."""
    standing, visible = model.people[number], model.seen(number)
    rows = {row.id: row for row in (await box(site, who, "progress")).items}
    badge = (await unread(site, who)).count
    async with site.database.read() as session:
        counted = await through(session, unread_in, [(who.person_id, room)])
    if not standing.inside:
        assert room not in rows
        assert counted == {}
        assert badge == 0
        for call in (overview(site, who, room), entries(site, who, room), mark_read(site, who, room, 1)):
            with pytest.raises(NotFound):
                await call
        return
    own = (await overview(site, who, room)).own
    assert (own.from_seq, own.read_seq, own.unread) == (standing.first, standing.read, model.unread(number))
    assert [line.seq for line in (await entries(site, who, room, after=0, limit=200)).items] == visible
    row = rows[room]
    assert (row.unread, row.read_seq, row.head) == (own.unread, own.read_seq, len(model.log))
    assert row.last.seq in visible
    assert counted == {(who.person_id, room): UnreadIn(own.unread, own.read_seq)}
    assert badge == (own.unread > 0)


async def check_paging(site: Site, who: Identity, room: str, model: Model, number: int) -> None:
    """No place to begin at leads outside of the bounds."""
    visible = model.seen(number)
    if not visible:
        return
    for place in range(len(model.log) + 2):
        later = (await entries(site, who, room, after=place, limit=2)).items
        earlier = (await entries(site, who, room, before=place, limit=2)).items
        assert [line.seq for line in later] == [seq for seq in visible if seq > place][:2]
        assert [line.seq for line in earlier] == [seq for seq in visible if seq < place][-2:]
