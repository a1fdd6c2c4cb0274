"""Who may be seen to be here, and by whom: those who do not hide it, by those who may write to them."""

from collections.abc import Collection

from app.ruling import writable_among
from app.site import Identity, Site
from store import presence
from store.columns import is_id
from store.database import Database


async def hidden(database: Database) -> frozenset[str]:
    """Everybody who hides her presence."""
    return await database.look(presence.hidden)


async def met(site: Site, who: Identity, people: Collection[str]) -> set[str]:
    """Those of these people of whom `who` may know when they are here: whom she may write to."""
    known = [one for one in people if is_id(one)]
    decisions = await writable_among(site, who, known) if known else {}
    return {one for one, decision in decisions.items() if decision.allowed}
