"""A person's own messages that are not sent: few, read as they are, and nobody else's."""

from collections import defaultdict

from sqlalchemy import bindparam, or_, select

from store.columns import table_of
from store.pairs import look_up_ids
from store.prepared import Link, Prepared
from store.search.documents import ADDRESSED, Document, file_names
from store.search.terms import FILE, SAID, author_tag, name_tag
from store.tables import Message

message = table_of(Message)

UNSENT = -1
"""The number under which a message stands that is no line of a log yet."""
MOST_UNSENT = 500
"""The last changed so many are looked through."""

OWN = Prepared(
    select(message.c.id, message.c.subject, message.c.body, message.c.updated_at)
    .where(
        message.c.author_id == bindparam("person"),
        or_(message.c.state == "draft", message.c.state == "held"),
    )
    .order_by(message.c.updated_at.desc(), message.c.id.desc())
    .limit(bindparam("most"))
)


def unsent(link: Link, person_id: str) -> list[Document]:
    """What there is to find in this person's drafts."""
    rows = OWN.rows(link, {"person": person_id, "most": MOST_UNSENT})
    if not rows:
        return []
    files = file_names(link, [(row[0], 0, 0) for row in rows])
    addressed = defaultdict(list)
    for draft, person, group in look_up_ids(link, ADDRESSED, [row[0] for row in rows]):
        addressed[draft].append(name_tag(person or group))
    mine = (SAID, author_tag(person_id), name_tag(person_id))
    return [
        Document(
            draft,
            UNSENT,
            at,
            (*mine, *addressed[draft], *([FILE] if (draft, 0) in files else ())),
            (subject, body, *files.get((draft, 0), ())),
        )
        for draft, subject, body, at in rows
    ]
