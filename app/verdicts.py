"""What becomes of each reply of a batch: plain values in, decisions out, so that it can be read in one place."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.errors import ClientIdReused, FieldError, Forbidden, InvalidInput, NotFound, ParleyError
from app.events import PersonRef
from app.rules.files import FileLimits, WrongFiles, wrong_ids, wrong_sizes
from store.mentions import NOBODY, Calls
from store.participations import MemberState
from store.room import CarriedFile, NewLine, Room, StoredLine, StoredReply


class NewReply(msgspec.Struct, frozen=True, gc=False):
    """A reply as a participant sends it; `client_id` is her own unique id for it, for ever."""

    author: PersonRef
    discussion: str
    client_id: str
    body: str
    reply_to: int | None = None
    attachments: tuple[str, ...] = ()


class Posted(msgspec.Struct, frozen=True, gc=False):
    """A reply that is durable: its number, and whether it already was before."""

    discussion: str
    client_id: str
    seq: int
    at: datetime
    repeated: bool


Outcome = Posted | ParleyError


class Files(msgspec.Struct, frozen=True):
    """What may be carried: the attachments that their (id, person) names, and how many and how large."""

    seen: Mapping[tuple[str, str], CarriedFile] = {}
    limits: FileLimits = FileLimits()


NO_FILES = Files()


class Verdict:
    """What becomes of each reply of a batch, decided inside the transaction."""

    def __init__(
        self,
        rooms: dict[str, Room],
        members: dict[tuple[str, str], MemberState],
        known: dict[tuple[str, str], StoredReply],
        replies: Sequence[NewReply],
        files: Files = NO_FILES,
    ) -> None:
        self._files = files
        self._rooms = rooms
        self._members = members
        self._known = known
        self._judged: list[Outcome | tuple[int, bool]] = []
        self._places: dict[tuple[str, str], int] = {}
        self.refuses = False
        """Whether any of them is refused."""
        self.accepted: list[NewReply] = []
        self.lines: list[NewLine] = []
        self.calls: Calls = NOBODY
        """Whom the stored ones name."""
        for reply in replies:
            self._judge(reply)

    def _judge(self, reply: NewReply) -> None:
        """Accept the reply as a line, find it among what is known, or refuse it."""
        key = (reply.author.id, reply.client_id)
        if key in self._known:
            self._judged.append(_repeated(reply, self._known[key]))
        elif key in self._places:
            place = self._places[key]
            same = _content(self.accepted[place]) == _content(reply)
            self._judged.append((place, True) if same else ClientIdReused())
        elif refusal := self._refusal(reply):
            self._judged.append(refusal)
            self.refuses = True
        else:
            self._places[key] = len(self.lines)
            self._judged.append((len(self.lines), False))
            self.accepted.append(reply)
            self.lines.append(
                NewLine(
                    message_id=reply.discussion,
                    kind="reply",
                    author_id=reply.author.id,
                    body=reply.body,
                    client_id=reply.client_id,
                    reply_to_seq=reply.reply_to,
                    attachments=reply.attachments,
                )
            )

    def outcomes(self, stored: Sequence[StoredLine]) -> list[Outcome]:
        """One outcome per judged reply, in order, now that the accepted ones have numbers."""
        return [
            _posted(stored[judged[0]], repeated=judged[1]) if isinstance(judged, tuple) else judged
            for judged in self._judged
        ]

    def carried(self, reply: NewReply) -> tuple[CarriedFile, ...]:
        """What an accepted reply carries."""
        return tuple(self._files.seen[file, reply.author.id] for file in reply.attachments)

    def _refusal(self, reply: NewReply) -> ParleyError | None:
        room = self._rooms.get(reply.discussion)
        member = self._members.get((reply.discussion, reply.author.id))
        if room is None or member is None:
            return NotFound()
        if room.reply_policy == "nobody":
            return Forbidden("No replies are wanted here.")
        if reply.attachments and (wrong := self._wrong_files(reply)):
            return InvalidInput(FieldError("attachments", wrong.code, wrong.detail))
        if reply.reply_to is not None and not member.from_seq <= reply.reply_to <= room.head_seq:
            return InvalidInput(FieldError("reply_to", "not_found", "There is no such entry to reply to."))
        return None

    def _wrong_files(self, reply: NewReply) -> WrongFiles | None:
        if wrong := wrong_ids(reply.attachments, self._files.limits):
            return wrong
        if any((file, reply.author.id) not in self._files.seen for file in reply.attachments):
            return WrongFiles("not_found", "There is no such attachment.")
        return wrong_sizes([file.size for file in self.carried(reply)], self._files.limits)


def _content(reply: NewReply) -> tuple[str, str, int | None, tuple[str, ...]]:
    return reply.discussion, reply.body, reply.reply_to, reply.attachments


def _repeated(reply: NewReply, stored: StoredReply) -> Outcome:
    if _content(reply) != (
        stored.message_id,
        stored.body,
        stored.reply_to_seq,
        stored.attachments,
    ):
        return ClientIdReused()
    return Posted(reply.discussion, reply.client_id, stored.seq, stored.created_at, repeated=True)


def _posted(line: StoredLine, *, repeated: bool) -> Posted:
    return Posted(line.message_id, line.client_id or "", line.seq, line.created_at, repeated)
