"""The invariant checker itself: each invariant finds what it is there to find, and finds nothing in a good round."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from app.site import Identity
from tests.faults import invariants
from tests.faults.circle import Circle, Deed
from tests.faults.footprint import Footprint
from tests.faults.invariants import Evidence
from tests.faults.journal import Attempt, ConnectionJournal, Frame, Heard, Journal, Sent
from tests.faults.stored import StoredEntry

ROOM = "room"
ALICE, BOB = (Identity(name, name, name, "member", "en", "UTC", name, "token") for name in ("alice", "bob"))
BEFORE = Footprint("north", 1, descriptors=20, threads=5, connections=0, tasks=6, rooms=0, memory=10**8)


def good() -> Evidence:
    """Alice wrote to Bob, said one thing that was stored and one that was refused; Bob was removed and came back."""
    log = [
        StoredEntry(1, "message", "alice", "Hello.", None, None, None),
        StoredEntry(2, "reply", "alice", "One", "a-1", None, None),
        StoredEntry(3, "removed", "alice", "", None, "bob", None),
        StoredEntry(4, "reply", "alice", "Secret", "a-2", None, None),
        StoredEntry(5, "added", "alice", "", None, "bob", None),
    ]
    sent = [said("a-1", "One", ack(2)), said("a-2", "Secret", ack(4)), said("a-3", "No", refusal())]
    alice = Journal(ALICE, {one.client_id: one for one in sent}, [connection(log)])
    bob = Journal(BOB, {}, [connection(log[:2], gone(), added(5)), connection(log[4:], resume=4)])
    back = Deed("add", ROOM, "bob", asked_at=0.0, ended_at=1.0, outcome="ok")
    circle = Circle(ROOM, ALICE, [BOB], [BOB], {"bob": False}, {}, list, [back])
    written = {"north": 'Parley is ready at http://127.0.0.1:1\n{"event": "redis_away", "level": "warning"}'}
    return Evidence(
        [alice, bob], {ROOM: log}, [circle], [(BEFORE, BEFORE)], written, {"north": 1}, 1, ["Secret"]
    )


def test_a_good_round_passes() -> None:
    """Nothing is wrong with what went well."""
    invariants.check(good())


def not_stored(evidence: Evidence) -> None:
    """An acknowledged reply is missing from the store."""
    rows(evidence)[1] = StoredEntry(2, "reply", "alice", "One", "another", None, None)


def changed(evidence: Evidence) -> None:
    """An acknowledged reply is stored with another body."""
    rows(evidence)[1] = StoredEntry(2, "reply", "alice", "one", "a-1", None, None)


def twice_new(evidence: Evidence) -> None:
    """A reply is acknowledged twice as if it were new."""
    evidence.journals[0].sent["a-1"].attempts.append(Attempt(0, 1.0, 2.0, ack(2)))


def stored_twice(evidence: Evidence) -> None:
    """One reply is in the store twice."""
    rows(evidence).append(StoredEntry(6, "reply", "alice", "One", "a-1", None, None))


def refused_and_stored(evidence: Evidence) -> None:
    """A refused reply is in the store."""
    rows(evidence).append(StoredEntry(6, "reply", "alice", "No", "a-3", None, None))


def from_nowhere(evidence: Evidence) -> None:
    """The store has a reply that nobody sent."""
    rows(evidence).append(StoredEntry(6, "reply", "bob", "Boo", "b-1", None, None))


def not_found_out(evidence: Evidence) -> None:
    """A reply without an answer stays so."""
    evidence.journals[0].sent["a-4"] = said("a-4", "Hm", None)
    evidence.journals[0].sent["a-4"].was_unknown = True


def hole(evidence: Evidence) -> None:
    """A number is missing in the store."""
    del rows(evidence)[3]


def out_of_order(evidence: Evidence) -> None:
    """A connection is told two entries in the wrong order."""
    heard = evidence.journals[0].connections[0].heard
    heard[3], heard[4] = heard[4], heard[3]


def told_again(evidence: Evidence) -> None:
    """A connection is told an entry twice."""
    heard = evidence.journals[0].connections[0].heard
    heard.append(heard[-1])


def told_otherwise(evidence: Evidence) -> None:
    """A connection is told another body than the stored one."""
    evidence.journals[0].connections[0].heard[3].frame["body"] = "Two"


def never_told(evidence: Evidence) -> None:
    """Somebody who is in never gets the last entry."""
    del evidence.journals[0].connections[0].heard[-1]


def out_of_bounds(evidence: Evidence) -> None:
    """Somebody gets what was said while she was out."""
    heard = evidence.journals[1].connections[1].heard
    heard.insert(1, Heard(1.0, entry(rows(evidence)[3])))


def too_early(evidence: Evidence) -> None:
    """Somebody gets an entry before she was asked in."""
    evidence.circles[0].deeds[0].asked_at = 100.0


def leak(evidence: Evidence) -> None:
    """A server keeps descriptors."""
    grown = Footprint("north", 1, descriptors=200, threads=5, connections=0, tasks=6, rooms=0, memory=10**8)
    evidence.footprints = [(BEFORE, grown)]


def rooms_kept(evidence: Evidence) -> None:
    """A server follows a room for nobody."""
    grown = Footprint("north", 1, descriptors=20, threads=5, connections=0, tasks=6, rooms=1, memory=10**8)
    evidence.footprints = [(BEFORE, grown)]


def content_logged(evidence: Evidence) -> None:
    """A body is in a log."""
    evidence.written = {"north": '{"event": "Secret", "level": "info"}'}


def flood(evidence: Evidence) -> None:
    """A fault fills the log."""
    evidence.written = {"north": '{"event": "redis_away", "level": "warning"}\n' * 500}


def mistake_logged(evidence: Evidence) -> None:
    """A server logs an error of its own."""
    evidence.written = {"north": '{"event": "live_task_failed", "level": "error"}'}


I1, I2 = invariants.i1_acknowledged_is_stored_once, invariants.i2_refused_is_not_stored
I3, I4 = invariants.i3_numbers_have_no_holes, invariants.i4_everybody_has_the_log
I6, I7 = invariants.i6_nothing_outside_bounds, invariants.i7_servers_are_back_where_they_were
I8 = invariants.i8_logs_hold_no_content_and_no_flood


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    [
        *((spoil, I1) for spoil in (not_stored, changed, twice_new, stored_twice)),
        *((spoil, I2) for spoil in (stored_twice, refused_and_stored, from_nowhere, not_found_out)),
        (hole, I3),
        *((spoil, I4) for spoil in (out_of_order, told_again, told_otherwise, never_told)),
        *((spoil, I6) for spoil in (out_of_bounds, too_early)),
        *((spoil, I7) for spoil in (leak, rooms_kept)),
        *((spoil, I8) for spoil in (content_logged, flood, mistake_logged)),
    ],
    ids=lambda part: part.__name__,
)
def test_what_is_wrong_is_found(
    spoil: Callable[[Evidence], None], invariant: Callable[[Evidence], list[str]]
) -> None:
    """Each invariant fails where it should."""
    evidence = deepcopy(good())
    spoil(evidence)
    assert invariant(evidence)


def rows(evidence: Evidence) -> list[StoredEntry]:
    """The log, to be spoiled."""
    log = evidence.logs[ROOM]
    assert isinstance(log, list)
    return log


def said(client_id: str, body: str, answer: Frame | None) -> Sent:
    """A reply that was posted once."""
    attempt = Attempt(0, 0.0, None if answer is None else 1.0, answer)
    return Sent(client_id, ROOM, body, insists=True, attempts=[attempt])


def connection(entries: list[StoredEntry], *after: Frame, resume: int = 0) -> ConnectionJournal:
    """A connection that was told these entries live, then these frames."""
    frames = [{"type": "welcome"}, *map(entry, entries), *after]
    if entries:
        frames.insert(2, {"type": "resumed", "discussion": ROOM, "head": entries[0].seq, "how": "complete"})
    return ConnectionJournal(0, "ws://north", {ROOM: resume}, 0.0, [Heard(1.0, frame) for frame in frames])


def entry(line: StoredEntry) -> Frame:
    """A stored entry as a frame."""
    frame: dict[str, Any] = {"type": "entry", "discussion": ROOM, "seq": line.seq, "kind": line.kind}
    about = {"id": line.about_id, "name": "Bob"} if line.about_id else None
    return frame | {
        "author": {"id": line.author_id},
        "body": line.body,
        "client_id": line.client_id,
        "about": about,
    }


def ack(seq: int) -> Frame:
    """An acknowledgement."""
    return {"type": "ack", "discussion": ROOM, "seq": seq, "repeated": False}


def refusal() -> Frame:
    """A refusal for good."""
    return {"type": "error", "code": "not_found", "detail": "No."}


def gone() -> Frame:
    """The end of a stay."""
    return {"type": "gone", "discussion": ROOM, "why": "removed"}


def added(head: int) -> Frame:
    """The beginning of a stay."""
    return {"type": "added", "discussion": ROOM, "head": head}
