"""The recipient field as a form sends it, and as it is shown again: chips, and what a search found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from app import lists, offering
from app.drafts import Address, RecipientRef
from app.recipients import RecipientOption
from app.site import Identity, Site
from store.people import group_names, person_names
from web import limits

MOST_ADDRESSES = 500


@dataclass(frozen=True)
class RecipientField:
    """What the template shows. `label` is a sentence of the catalogue; `found` is None where nothing was looked for."""

    name: str
    label: str
    chosen: Sequence[RecipientRef] = ()
    search: str = ""
    found: Sequence[RecipientOption] | None = None
    refused: frozenset[str] = field(default_factory=frozenset)


def addresses(form: FormData, name: str) -> list[Address]:
    """The recipients that a form names in the field `name` (see `parsed`); nonsense is left out."""
    return parsed(str(value) for value in form.getlist(name)[:MOST_ADDRESSES])


def parsed(values: Iterable[str]) -> list[Address]:
    """The recipients that `person:<id>`, `group:<id>` and `list:<id>` name, each once."""
    found: dict[Address, None] = {}
    for value in values:
        kind, _, id_ = value.partition(":")
        if kind == "person" and id_.isalnum():
            found[Address("person", id_)] = None
        elif kind == "group" and id_.isalnum():
            found[Address("group", id_)] = None
        elif kind == "list" and id_.isalnum():
            found[Address("list", id_)] = None
    return list(found)


async def show(
    site: Site, me: Identity, empty: RecipientField, chosen: Sequence[Address], search: str
) -> RecipientField:
    """The field with its chips named and, where something was typed, the people and groups that match it."""
    search = search.strip()[:100]
    refs = await _named(site, me, chosen)
    found = await _find(site, me, search, chosen) if search else None
    return RecipientField(empty.name, empty.label, refs, search, found, empty.refused)


async def _find(site: Site, me: Identity, q: str, chosen: Sequence[Address]) -> list[RecipientOption]:
    await limits.spend(site, limits.SEARCHING, me)
    taken = {(address.type, address.id) for address in chosen}
    return [o for o in await offering.offer(site, me, q) if (o.type, o.id) not in taken]


async def _named(site: Site, me: Identity, chosen: Sequence[Address]) -> list[RecipientRef]:
    if not chosen:
        return []
    own = {one.id: one for one in await lists.index(site, me)}
    async with site.database.read() as session:
        names = {
            "person": await person_names(session, [a.id for a in chosen if a.type == "person"]),
            "group": await group_names(session, [a.id for a in chosen if a.type == "group"]),
        }
    found: dict[RecipientRef, None] = {}
    for one in chosen:
        if one.type == "list":
            # A list stands for those in it.
            found |= dict.fromkeys(own[one.id].members if one.id in own else [])
        elif one.id in names[one.type]:
            found[RecipientRef(one.type, one.id, names[one.type][one.id])] = None
    return list(found)
