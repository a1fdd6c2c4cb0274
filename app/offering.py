"""Whom the recipient field offers: one's own lists, people and groups; before a letter is typed, the latest first."""

from msgspec.structs import replace

from app import lists
from app.directory import unreachable
from app.first_letters import matches
from app.lists import OwnList
from app.mailbox import box
from app.recipients import RecipientOption, find_recipients
from app.ruling import permitted
from app.site import Identity, Site

LOOKED_AT = 40
"""Discussions in which the latest correspondents are looked for."""


async def offer(site: Site, who: Identity, q: str, *, limit: int = 20) -> list[RecipientOption]:
    """Lists of one's own, then people and groups whom `who` may write to; for an empty `q` the latest ones first.

    `detail` is a person's login, a group's size, a list's size. Who was not seen lately is offered all the
    same, and said to be so in `why`: what is written to her waits for her.
    """
    offered = [_option(one) for one in await lists.index(site, who) if one.members and matches(one.name, q)]
    if not q.strip():
        offered += await latest_correspondents(site, who)
    offered += await find_recipients(site, who, q, limit=limit)
    once: dict[tuple[str, str], RecipientOption] = {}
    for one in offered:
        once.setdefault((one.type, one.id), one)
    shown = list(once.values())[:limit]
    away = await unreachable(site, [one.id for one in shown if one.type == "person"])
    return [replace(one, why=away[one.id]) if one.id in away else one for one in shown]


async def latest_correspondents(site: Site, who: Identity) -> list[RecipientOption]:
    """With whom one has talked lately, the latest first, as far as one may write to them."""
    rows = (await box(site, who, "progress", limit=LOOKED_AT)).items
    ids = list(dict.fromkeys(person.id for row in rows for person in row.people))
    return [
        RecipientOption("person", one.id, one.name, one.login, because)
        for one, because in await permitted(site, who, ids)
    ]


def _option(one: OwnList) -> RecipientOption:
    return RecipientOption("list", one.id, one.name, str(len(one.members)))
