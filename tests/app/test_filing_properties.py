"""Whatever people do with their folders and their trash: it is their own, it is exact, and many at once is one by one.

Random histories are played against the use cases and against a model that is too simple to be wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.filing import Deed, move, mute, put_back, set_trashed, to_many
from app.folders import create
from app.keeping import Action
from app.mailbox import unread
from app.mirroring import Mirror, tally
from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.app.circles import Clock, reply
from tests.app.test_mailbox import ids

PEOPLE = 3
ROOMS = 3
FOLDERS = 2
"""Of each person."""

Done = Literal[
    "reply",
    "trash",
    "restore",
    "move",
    "mute",
    "unmute",
    "read",
    "unread",
    "there and back",
    "mirror",
    "tally",
]
Step = tuple[Done, int, frozenset[int], int]
"""What is done, by whom, with which discussions (a reply: to the first of them), and into which folder."""

some_rooms = st.frozensets(st.integers(0, ROOMS - 1), min_size=1)
numbers = st.integers(0, FOLDERS)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("reply", "reply", "reply", "trash", "trash", "restore", "move", "move", "mute", "unmute"),
                *("read", "unread", "there and back", "mirror", "tally"),
            ]
        ),
        st.integers(0, PEOPLE - 1),
        some_rooms,
        numbers,
    ),
    max_size=14,
)
CHANGES: dict[str, Action] = {
    name: name for name in ("trash", "restore", "move", "mute", "unmute", "read", "unread")
}


@dataclass
class Keeping:
    """How somebody keeps a discussion."""

    read: int = 0
    folder: int | None = None
    trashed: bool = False
    muted: bool = False


@dataclass
class Model:
    """Rooms as lists of who wrote, the moments of their last words, and how everybody keeps each."""

    logs: list[list[int]] = field(default_factory=lambda: [[room % PEOPLE] for room in range(ROOMS)])
    moments: list[int] = field(default_factory=lambda: list(range(ROOMS)))
    kept: list[list[Keeping]] = field(
        default_factory=lambda: [[Keeping() for _ in range(ROOMS)] for _ in range(PEOPLE)]
    )

    def __post_init__(self) -> None:
        for room in range(ROOMS):
            self.kept[room % PEOPLE][room].read = 1

    def play(self, done: Done, actor: int, rooms: frozenset[int], number: int) -> None:
        """Let it happen."""
        if done == "reply":
            self._reply(actor, min(rooms))
            return
        for room in rooms:
            mine, last = self.kept[actor][room], self._last_of_others(actor, room)
            match done:
                case "trash" | "restore":
                    mine.trashed = done == "trash"
                case "move":
                    mine.trashed, mine.folder = False, folder_of(number)
                case "mute" | "unmute":
                    mine.muted = done == "mute"
                case "read":
                    mine.read = len(self.logs[room])
                case "unread" if last and not self.unread(actor, room):
                    mine.read = last - 1

    def unread(self, person: int, room: int) -> int:
        """Words of others after her mark, counted one by one."""
        mark = self.kept[person][room].read
        return sum(seq > mark and writer != person for seq, writer in enumerate(self.logs[room], 1))

    def boxes(self, person: int) -> dict[str, list[int]]:
        """What is in which box, the newest first."""
        newest = sorted(range(ROOMS), key=lambda room: self.moments[room], reverse=True)
        mine = self.kept[person]
        here = [room for room in newest if not mine[room].trashed]
        return {
            "inbox": [room for room in here if mine[room].folder is None and self._received(person, room)],
            "progress": here,
            "sent": [room for room in here if self.logs[room][0] == person],
            "trash": [room for room in newest if mine[room].trashed],
            **{
                str(folder): [room for room in here if mine[room].folder == folder]
                for folder in range(FOLDERS)
            },
        }

    def counted(self, person: int) -> list[int]:
        """The discussions that her badge counts."""
        return [
            room
            for room in self.boxes(person)["progress"]
            if self.unread(person, room) and not self.kept[person][room].muted
        ]

    def _reply(self, actor: int, room: int) -> None:
        self.logs[room].append(actor)
        self.moments[room] = max(self.moments) + 1
        self.kept[actor][room].read = len(self.logs[room])
        for person in range(PEOPLE):
            self.kept[person][room].trashed = False

    def _received(self, person: int, room: int) -> bool:
        return self.logs[room][0] != person or any(writer != person for writer in self.logs[room])

    def _last_of_others(self, person: int, room: int) -> int:
        return max((seq for seq, writer in enumerate(self.logs[room], 1) if writer != person), default=0)


def folder_of(number: int) -> int | None:
    """A folder by its number; the last number is none."""
    return number if number < FOLDERS else None


@dataclass(frozen=True)
class World:
    """The people, their folders and the discussions of one history."""

    site: Site
    people: list[Identity]
    folders: list[list[str]]
    rooms: list[str]

    @classmethod
    async def new(cls, site: Site) -> "World":
        """People who have never been seen before."""
        people = await factories.people(site, *(f"p{number}-{new_id()}" for number in range(PEOPLE)))
        folders = [
            [(await create(site, who, f"Folder {number}")).id for number in range(FOLDERS)] for who in people
        ]
        rooms = [
            await factories.discussion(
                site, people[room % PEOPLE], [who for who in people if who is not people[room % PEOPLE]]
            )
            for room in range(ROOMS)
        ]
        return cls(site, people, folders, rooms)

    def folder(self, actor: int, number: int) -> str | None:
        """One of this person's folders, or none."""
        place = folder_of(number)
        return None if place is None else self.folders[actor][place]

    async def carry_out(self, step: Step) -> None:
        """Do it for real, to all at once."""
        done, actor, rooms, number = step
        who, named = self.people[actor], [self.rooms[room] for room in sorted(rooms)]
        if done == "mirror":
            await Mirror(self.site.database, step=2).catch_up()
        elif done == "tally":
            await tally(self.site.database, [who.person_id], most=0)
        elif done == "reply":
            await reply(self.site, who, named[0])
        elif done == "there and back":
            for action in CHANGES.values():
                deed = Deed(action, self.folder(actor, number) if action == "move" else None)
                changed = (await to_many(self.site, who, named, deed)).changed
                await put_back(self.site, who, changed)
        else:
            deed = Deed(CHANGES[done], self.folder(actor, number) if done == "move" else None)
            await to_many(self.site, who, named, deed)

    async def one_by_one(self, actor: int, done: Done, rooms: Sequence[int], number: int) -> None:
        """Do it to each by itself."""
        who = self.people[actor]
        for discussion in (self.rooms[room] for room in rooms):
            if done in ("trash", "restore"):
                await set_trashed(self.site, who, discussion, trashed=done == "trash")
            elif done in ("mute", "unmute"):
                await mute(self.site, who, discussion, muted=done == "mute")
            elif done == "move":
                await move(self.site, who, discussion, self.folder(actor, number))
            else:
                await to_many(self.site, who, [discussion], Deed(CHANGES[done]))

    async def boxes(self, person: int) -> dict[str, list[int]]:
        """What this person finds in her boxes."""
        names = {"inbox": "inbox", "progress": "progress", "sent": "sent", "trash": "trash"}
        names |= {str(number): f"folder:{one}" for number, one in enumerate(self.folders[person])}
        return {
            short: [self.rooms.index(room) for room in await ids(self.site, self.people[person], name)]
            for short, name in names.items()
        }


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


slowly = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("mirrored_at_once", [48, 1])
@slowly
@given(history=steps)
async def test_folders_and_trash_are_one_s_own(
    site: Site, monkeypatch: pytest.MonkeyPatch, mirrored_at_once: int, history: list[Step]
) -> None:
    """Everybody's boxes and counts are what she did and what was said; nobody else's filing changes them."""
    monkeypatch.setattr("store.log.MIRRORED_AT_ONCE", mirrored_at_once)
    world, model = await World.new(site), Model()
    for step in history:
        model.play(*step)
        await world.carry_out(step)
        await check(world, model, step[1])
    for person in range(PEOPLE):
        await check(world, model, person)


async def check(world: World, model: Model, person: int) -> None:
    """What this person finds is what the model says."""
    assert await world.boxes(person) == model.boxes(person)
    found, counted = await unread(world.site, world.people[person]), model.counted(person)
    in_folders = [model.kept[person][room].folder for room in counted]
    assert found.count == len(counted)
    assert found.boxes == {"inbox": in_folders.count(None)}
    expected = {
        one: in_folders.count(number)
        for number, one in enumerate(world.folders[person])
        if number in in_folders
    }
    assert found.folders == expected


deeds = st.lists(
    st.tuples(st.sampled_from(sorted(CHANGES)), some_rooms, numbers, st.booleans()),
    max_size=8,
)


@slowly
@given(history=deeds)
async def test_many_at_once_is_one_by_one(
    site: Site, history: list[tuple[Done, frozenset[int], int, bool]]
) -> None:
    """Two people with the same discussions do the same, one of them at once, and find the same afterwards."""
    world = await World.new(site)
    author, one, two = world.people
    rooms = [await factories.discussion(site, author, [one, two]) for _ in range(ROOMS)]
    world = replace(world, rooms=rooms)
    for who in world.people:
        # What was there before is out of the way.
        before = [room for room in await ids(site, who, "progress") if room not in rooms]
        await to_many(site, who, before, Deed(None))
    for done, chosen, number, answered in history:
        await world.carry_out((done, 1, chosen, number))
        await world.one_by_one(2, done, sorted(chosen), number)
        if answered:
            await reply(site, author, rooms[min(chosen)])
        counts = [await unread(site, who) for who in (one, two)]
        assert await world.boxes(1) == await world.boxes(2)
        assert (counts[0].count, counts[0].boxes) == (counts[1].count, counts[1].boxes)
        assert sorted(counts[0].folders.values()) == sorted(counts[1].folders.values())
