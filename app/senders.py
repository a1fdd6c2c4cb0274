"""Whom one may mean by "from": those who write to her, those with whom she writes; by first letters, others too."""

from collections import Counter
from collections.abc import Sequence

from app.company import main_correspondents, writable
from app.events import PersonRef
from app.first_letters import matches
from app.mailbox import Row, box
from app.recipients import find_recipients
from app.site import Identity, Site

LOOKED_AT = 100
"""Discussions in which those who write to her are looked for."""
MOST = 12


async def likely_senders(site: Site, who: Identity, q: str = "", *, limit: int = MOST) -> list[PersonRef]:
    """People whose messages `who` may look for, the likeliest first: nobody but those whom she sees anyhow.

    With first letters, of names that begin so: authors in her boxes, then whom she may write to.
    """
    rows = (await box(site, who, "progress", limit=LOOKED_AT)).items
    authors = [one for one in _authors(rows) if one.id != who.person_id and matches(one.name, q)]
    if q.strip():
        found = await find_recipients(site, who, q, limit=limit)
        others = [PersonRef(one.id, one.name) for one in found if one.type == "person"]
    else:
        others = await writable(site, who, (await main_correspondents(site, who, rows))[:limit])
    once: dict[str, PersonRef] = {}
    for one in (*authors, *others):
        once.setdefault(one.id, one)
    return list(once.values())[:limit]


def _authors(rows: Sequence[Row]) -> list[PersonRef]:
    """Who wrote most of these first; among equals, who wrote the latest."""
    known = {row.author.id: row.author for row in rows}
    return [known[person] for person, _ in Counter(row.author.id for row in rows).most_common()]
