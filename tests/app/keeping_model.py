"""How people keep their discussions: a model that is too simple to be wrong, and what may happen in it."""

from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

from app.keeping import Action

PEOPLE = 3
ROOMS = 3
FOLDERS = 2
"""Of each person."""

NOBODY = -1
"""Who wrote an entry that is nobody's words."""

Done = Literal[
    "reply",
    "delete",
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
                *("read", "unread", "there and back", "mirror", "tally", "delete"),
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
    left: bool = False


@dataclass
class Model:
    """Rooms as lists of who wrote (NOBODY: somebody left), the moments of their last entries, and how everybody keeps
    each."""

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
        for room in sorted(rooms):
            mine, last = self.kept[actor][room], self._last_of_others(actor, room)
            if mine.left:
                continue
            match done:
                case "delete":
                    mine.left = True
                    self._happens(NOBODY, room)
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
        return sum(
            seq > mark and writer not in (person, NOBODY) for seq, writer in enumerate(self.logs[room], 1)
        )

    def rooms(self, person: int) -> list[int]:
        """The discussions that she is in."""
        return [room for room in range(ROOMS) if not self.kept[person][room].left]

    def boxes(self, person: int) -> dict[str, list[int]]:
        """What is in which box, the newest first."""
        newest = sorted(self.rooms(person), key=lambda room: self.moments[room], reverse=True)
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
        if self.kept[actor][room].left:
            return
        self._happens(actor, room)
        self.kept[actor][room].read = len(self.logs[room])
        for person in range(PEOPLE):
            self.kept[person][room].trashed = False

    def _happens(self, writer: int, room: int) -> None:
        self.logs[room].append(writer)
        self.moments[room] = max(self.moments) + 1

    def _received(self, person: int, room: int) -> bool:
        return self.logs[room][0] != person or any(
            writer not in (person, NOBODY) for writer in self.logs[room]
        )

    def _last_of_others(self, person: int, room: int) -> int:
        return max(
            (seq for seq, writer in enumerate(self.logs[room], 1) if writer not in (person, NOBODY)),
            default=0,
        )


def folder_of(number: int) -> int | None:
    """A folder by its number; the last number is none."""
    return number if number < FOLDERS else None
