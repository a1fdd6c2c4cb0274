"""What must be true after everything that went wrong: I1 to I8, each a function that names what it found wanting.

`check` asserts all of them on one `Evidence`. I5 is about the page and is looked after by
`tests/journeys/test_killed_server.py`.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.circle import Circle, Stay
from tests.faults.following import Reading
from tests.faults.footprint import Footprint
from tests.faults.journal import Journal, Sent
from tests.faults.stored import StoredEntry

Key = tuple[str, str]

LINES_PER_START = 8
"""Lines that a server may write without anything going wrong: it says that it is ready, and what it has tidied up."""
LINES_PER_FAULT = 25
"""Lines that one fault may be worth in the log of one process."""
EXPECTED_ERRORS: frozenset[str] = frozenset()
"""Events that a fault may log as errors; anything else at that level is a mistake of ours."""


@dataclass
class Evidence:
    """Everything that a round leaves behind.

    `written` is what the servers logged, by node; `starts` how often each was started; `faults` how many things
    were broken; `marks` words that occur in every body and subject and nowhere else; `complaints` what clients saw
    at once to be wrong.
    """

    journals: Sequence[Journal]
    logs: Mapping[str, Sequence[StoredEntry]]
    circles: Sequence[Circle] = ()
    footprints: Sequence[tuple[Footprint, Footprint]] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)
    faults: int = 0
    marks: Sequence[str] = ()
    complaints: Sequence[str] = ()

    @property
    def stored(self) -> dict[Key, list[tuple[str, StoredEntry]]]:
        """The replies of the store by author and client id, each with its discussion."""
        found: dict[Key, list[tuple[str, StoredEntry]]] = {}
        for discussion, log in self.logs.items():
            for line in log:
                if line.client_id is not None:
                    found.setdefault((line.author_id, line.client_id), []).append((discussion, line))
        return found

    @property
    def sent(self) -> dict[Key, Sent]:
        """The replies of all journals by author and client id."""
        return {
            (journal.who.person_id, client_id): sent
            for journal in self.journals
            for client_id, sent in journal.sent.items()
        }

    def stays(self, journal: Journal) -> dict[str, list[Stay]]:
        """One person's bounds in every discussion."""
        circles = {circle.discussion: circle for circle in self.circles}
        return {
            discussion: circles[discussion].stays(journal.who, log) if discussion in circles else [ALL]
            for discussion, log in self.logs.items()
        }

    def readings(self, journal: Journal) -> list[Reading]:
        """One person's connections, read again."""
        stays = self.stays(journal)
        readings = [Reading(journal.who, connection, self.logs) for connection in journal.connections]
        for reading in readings:
            reading.read(stays)
        return readings


ALL = Stay(1, None, 0.0, 1)


def i1_acknowledged_is_stored_once(evidence: Evidence) -> list[str]:
    """Every acknowledged reply is stored exactly once, under its number, byte for byte."""
    wrong, stored = [], evidence.stored
    for key, sent in evidence.sent.items():
        found = stored.get(key, [])
        for ack in sent.acks:
            told = (ack["discussion"], ack["seq"], sent.body)
            if [(discussion, line.seq, line.body) for discussion, line in found] != [told]:
                wrong.append(f"{sent.client_id}: acknowledged as {told[:2]}, stored: {found}")
        if len([ack for ack in sent.acks if not ack["repeated"]]) > 1:
            wrong.append(f"{sent.client_id}: acknowledged twice as new: {sent.acks}")
    return wrong


def i2_refused_is_not_stored(evidence: Evidence) -> list[str]:
    """What was refused or never sent is not stored; what is unknown at most once, and a retry has found out."""
    wrong, stored, sent = [], evidence.stored, evidence.sent
    for key, found in stored.items():
        if len(found) > 1:
            wrong.append(f"{key}: stored {len(found)} times")
        elif key not in sent:
            wrong.append(f"{key}: stored, and nobody sent it")
        elif sent[key].fate in {"refused", "unsent"}:
            wrong.append(f"{key}: {sent[key].fate}, and stored: {sent[key].errors} {found}")
    for key, one in sent.items():
        if one.was_unknown and not one.is_final:
            wrong.append(f"{key}: a retry did not find out what became of it")
        elif one.was_unknown and not one.acks and key in stored:
            wrong.append(f"{key}: a retry was told {one.errors[-1]}, and it is stored")
    return wrong


def i3_numbers_have_no_holes(evidence: Evidence) -> list[str]:
    """In every discussion the numbers are 1 to n."""
    return [
        f"{discussion}: {[line.seq for line in log]}"
        for discussion, log in evidence.logs.items()
        if [line.seq for line in log] != list(range(1, len(log) + 1))
    ]


def i4_everybody_has_the_log(evidence: Evidence) -> list[str]:
    """Every connection told the store's entries in order, whole; and who is in has all that she may see."""
    wrong = list(evidence.complaints)
    for journal in evidence.journals:
        readings = evidence.readings(journal)
        wrong += [fault for reading in readings for fault in reading.faults]
        had = set().union(*(reading.had | reading.skipped for reading in readings))
        for discussion, stays in evidence.stays(journal).items():
            if stays and stays[-1].last is None:
                log = evidence.logs[discussion]
                missing = [
                    seq for seq in range(stays[-1].first, len(log) + 1) if (discussion, seq) not in had
                ]
                if missing:
                    wrong.append(f"{journal.who.login} never got {missing} of {discussion}")
    return wrong


def i6_nothing_outside_bounds(evidence: Evidence) -> list[str]:
    """Nobody got an entry from before her time or after her end."""
    wrong = []
    for journal in evidence.journals:
        stays = evidence.stays(journal)
        for connection in journal.connections:
            for heard in connection.heard:
                frame = heard.frame
                if frame["type"] == "entry" and not any(
                    stay.holds(frame["seq"], heard.at) for stay in stays[frame["discussion"]]
                ):
                    wrong.append(f"{journal.who.login} got {frame['seq']} of {frame['discussion']}")
    return wrong


def i7_servers_are_back_where_they_were(evidence: Evidence) -> list[str]:
    """Descriptors, threads, connections, tasks and memory of the servers are what they were before."""
    return [growth for before, after in evidence.footprints for growth in after.growth_since(before)]


def i8_logs_hold_no_content_and_no_flood(evidence: Evidence) -> list[str]:
    """Nobody's words are in a server's log; a fault is worth a few lines, and none of them is our mistake."""
    wrong = []
    for node, written in evidence.written.items():
        wrong += [f"{node} logged {mark!r}" for mark in evidence.marks if mark in written]
        lines = written.splitlines()
        bound = LINES_PER_START * evidence.starts.get(node, 1) + LINES_PER_FAULT * evidence.faults
        if len(lines) > bound:
            kinds = Counter(json.loads(line)["event"] for line in lines if line.startswith("{"))
            wrong.append(f"{node} logged {len(lines)} lines, more than {bound}: {kinds.most_common(5)}")
        wrong += [f"{node} logged {line}" for line in lines if _is_our_mistake(line)]
    return wrong


INVARIANTS: tuple[Callable[[Evidence], list[str]], ...] = (
    i1_acknowledged_is_stored_once,
    i2_refused_is_not_stored,
    i3_numbers_have_no_holes,
    i4_everybody_has_the_log,
    i6_nothing_outside_bounds,
    i7_servers_are_back_where_they_were,
    i8_logs_hold_no_content_and_no_flood,
)


def check(evidence: Evidence) -> None:
    """Assert every invariant; says of each that does not hold the first few things that are wrong."""
    found = {invariant: invariant(evidence) for invariant in INVARIANTS}
    broken = [
        f"{invariant.__name__}: {invariant.__doc__}\n    " + "\n    ".join(wrong[:6])
        for invariant, wrong in found.items()
        if wrong
    ]
    assert not broken, "\n".join(broken)


def _is_our_mistake(line: str) -> bool:
    if not line.startswith("{"):
        return line.startswith(("Traceback", "  File "))
    told = json.loads(line)
    return told.get("level") in {"error", "critical"} and told["event"] not in EXPECTED_ERRORS
