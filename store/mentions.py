"""Whom replies name with `@`. Plain functions on a link.

A name is that of a participant, as it is written. Most replies hold no `@`, and cost nothing here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, update

from store.columns import table_of
from store.pairs import by_pairs, look_up
from store.prepared import Link, Prepared
from store.room import StoredLine
from store.tables import Mention, Participation, Person

MOST_SIGNS = 50
"""Signs in one reply that are looked at."""
MOST_ENDS = 20
"""Ends that the name after one sign may have."""
LONGEST_NAME = 200

mention = table_of(Mention)
participation = table_of(Participation)
person = table_of(Person)

# Not in the middle of a word, which is an address of e-mail.
_SIGN = re.compile(r"(?<![^\W_])@(?=[^\W_])")


class Called(msgspec.Struct, frozen=True, gc=False):
    """Somebody whom an entry names."""

    id: str
    name: str


Calls = Mapping[tuple[str, int], tuple[Called, ...]]
"""Whom entries name, by (discussion, number)."""
NOBODY: Calls = {}

NAMED = by_pairs(
    lambda wanted: (
        select(participation.c.message_id, person.c.id, person.c.name)
        .select_from(
            wanted.join(
                participation,
                and_(participation.c.message_id == wanted.c.one, participation.c.state == "active"),
            ).join(person, and_(person.c.id == participation.c.person_id, person.c.name == wanted.c.two))
        )
        .order_by(participation.c.message_id, person.c.id)
    )
)
INSERT = Prepared(insert(mention), columns=("message_id", "seq", "person_id"))
CALL = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("called"))
    .values(called_seq=bindparam("seq"))
)
MENTIONED = Prepared(
    select(mention.c.seq, person.c.id, person.c.name)
    .select_from(mention.join(person, person.c.id == mention.c.person_id))
    .where(
        mention.c.message_id == bindparam("room"),
        mention.c.seq.between(bindparam("first"), bindparam("last")),
    )
    .order_by(mention.c.seq, person.c.id)
)
DROP_MENTIONS = Prepared(
    delete(mention).where(
        mention.c.message_id == bindparam("room"),
        mention.c.seq.between(bindparam("first"), bindparam("last")),
    )
)


def call(link: Link, lines: Sequence[StoredLine]) -> Calls:
    """Note whom these lines name, which were just stored in this transaction: nobody is her own caller."""
    signed = [line for line in lines if "@" in line.body]
    if not signed:
        return NOBODY
    wanted = {line: list(_after_signs(line.body)) for line in signed}
    pairs = {(line.message_id, name) for line, signs in wanted.items() for sign in signs for name in sign}
    known: dict[tuple[str, str], list[Called]] = defaultdict(list)
    for room, person_id, name in look_up(link, NAMED, sorted(pairs)) if pairs else ():
        known[room, name].append(Called(person_id, name))
    calls = {
        (line.message_id, line.seq): called
        for line, signs in wanted.items()
        if (called := _called(line, signs, known))
    }
    if calls:
        _store(link, calls)
    return calls


def called_in(link: Link, message_id: str, first: int, last: int) -> dict[int, tuple[Called, ...]]:
    """Whom the entries numbered `first` to `last` name, by their numbers."""
    found: dict[int, list[Called]] = defaultdict(list)
    for seq, person_id, name in MENTIONED.rows(link, {"room": message_id, "first": first, "last": last}):
        found[seq].append(Called(person_id, name))
    return {seq: tuple(called) for seq, called in found.items()}


def _after_signs(body: str) -> Iterator[list[str]]:
    """For each sign, what the name after it may be, the longest first: it ends where a word does."""
    for _, sign in zip(range(MOST_SIGNS), _SIGN.finditer(body), strict=False):
        text = body[sign.end() : sign.end() + LONGEST_NAME].partition("\n")[0]
        ends = [
            at
            for at in range(1, len(text) + 1)
            if not text[at - 1].isspace() and (at == len(text) or not text[at].isalnum())
        ]
        yield [text[:at] for at in reversed(ends[:MOST_ENDS])]


def _called(
    line: StoredLine, signs: Sequence[Sequence[str]], known: Mapping[tuple[str, str], list[Called]]
) -> tuple[Called, ...]:
    found: dict[str, Called] = {}
    for names in signs:
        name = next((name for name in names if (line.message_id, name) in known), None)
        if name is not None:
            found |= {one.id: one for one in known[line.message_id, name] if one.id != line.author_id}
    return tuple(found.values())


def _store(link: Link, calls: Calls) -> None:
    rows = [
        {"message_id": room, "seq": seq, "person_id": one.id}
        for (room, seq), called in calls.items()
        for one in called
    ]
    INSERT.run(link, rows)
    last = {(row["message_id"], row["person_id"]): row["seq"] for row in rows}
    # In one order on every node, so that two transactions never wait for each other.
    CALL.run(link, [{"room": room, "called": one, "seq": seq} for (room, one), seq in sorted(last.items())])
