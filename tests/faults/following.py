"""One connection read again from its beginning: was every discussion told in order, whole, and as it is stored?"""

from collections.abc import Mapping, Sequence

from app.site import Identity
from tests.faults.circle import Stay
from tests.faults.journal import ConnectionJournal, Frame, Heard
from tests.faults.stored import StoredEntry

Logs = Mapping[str, Sequence[StoredEntry]]


class Reading:
    """Where one connection stands in each discussion while its frames are read again.

    `faults` says what was wrong; `had` and `skipped` which entries of each discussion came, and which the server
    told the client to fetch by HTTP instead.
    """

    def __init__(self, who: Identity, journal: ConnectionJournal, logs: Logs) -> None:
        self.faults: list[str] = []
        self.had: set[tuple[str, int]] = set()
        self.skipped: set[tuple[str, int]] = set()
        self._who = who
        self._journal = journal
        self._logs = logs
        self._at: dict[str, int] = {}
        self._resuming = set(journal.resume)

    def read(self, stays: Mapping[str, Sequence[Stay]]) -> None:
        """Read everything that came. `stays` are her bounds in each discussion."""
        self._at = dict(self._journal.resume)
        is_welcome = False
        for heard in self._journal.heard:
            frame = heard.frame
            discussion = frame.get("discussion")
            is_welcome = is_welcome or frame["type"] == "welcome"
            if discussion is not None and not is_welcome:
                self._blame("before its welcome", frame)
            match frame["type"]:
                case "entry":
                    self._entry(heard, stays[frame["discussion"]])
                case "resumed":
                    self._resumed(frame)
                case "added":
                    self._skip_to(frame, stays[frame["discussion"]])
                case "gone":
                    self._at.pop(frame["discussion"], None)

    def _entry(self, heard: Heard, stays: Sequence[Stay]) -> None:
        frame = heard.frame
        discussion, seq = frame["discussion"], frame["seq"]
        at = self._at.get(discussion)
        begins = discussion in self._resuming and any(stay.first == seq for stay in stays)
        if at is None:
            self._blame("an entry of a discussion that she does not follow", frame)
        elif seq != at + 1 and not (begins and seq > at):
            self._blame(f"after {at}", frame)
        log = self._logs[discussion]
        if seq > len(log):
            self._blame(f"the store ends at {len(log)}", frame)
        elif differs := difference(frame, log[seq - 1]):
            self._blame(f"{differs} is not the stored", frame)
        self._at[discussion] = seq
        self.had.add((discussion, seq))

    def _resumed(self, frame: Frame) -> None:
        discussion, how, head = frame["discussion"], frame["how"], frame["head"]
        if discussion not in self._resuming:
            self._blame("resumed unasked", frame)
        self._resuming.discard(discussion)
        if how == "gone":
            self._at.pop(discussion, None)
        elif how == "reset":
            self._skip(discussion, head)
        elif self._at.get(discussion) != head and head > self._journal.resume[discussion]:
            self._blame(f"resumed at {self._at.get(discussion)}", frame)

    def _skip_to(self, frame: Frame, stays: Sequence[Stay]) -> None:
        discussion, head = frame["discussion"], frame["head"]
        if not any(head <= stay.let_in_by for stay in stays):
            self._blame("she is added after what let her in", frame)
        self._skip(discussion, head)

    def _skip(self, discussion: str, head: int) -> None:
        self.skipped |= {(discussion, seq) for seq in range(1, head + 1)}
        self._at[discussion] = head

    def _blame(self, fault: str, frame: Frame) -> None:
        name = {
            key: frame[key] for key in ("type", "discussion", "seq", "kind", "head", "how") if key in frame
        }
        journal = self._journal
        self.faults.append(
            f"{self._who.login}, connection {journal.number} to {journal.url}: {name}: {fault}"
        )


def difference(frame: Frame, stored: StoredEntry) -> str | None:
    """The first field in which an `entry` frame is not what is stored."""
    about = frame.get("about")
    told = {
        "kind": frame["kind"],
        "author_id": frame["author"]["id"],
        "body": frame["body"],
        "client_id": frame.get("client_id"),
        "about_id": about["id"] if about else None,
        "reply_to": frame.get("reply_to"),
    }
    return next((name for name, value in told.items() if getattr(stored, name) != value), None)
