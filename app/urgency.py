"""Urgent messages: they are delivered in quiet hours, too, and not everybody may write one."""

from app.errors import FieldError, InvalidInput
from app.rules.leaving import may_mark_urgent
from app.site import Identity, Site
from store.people import is_in_any


async def may_be_urgent(site: Site, who: Identity) -> bool:
    """Whether this person may mark a message as urgent."""
    named = site.settings.urgent_groups
    if not named:
        return may_mark_urgent(who.role, in_named_group=False)
    async with site.database.read() as session:
        return may_mark_urgent(who.role, await is_in_any(session, who.person_id, named))


async def check_urgent(site: Site, who: Identity) -> None:
    """Raises `InvalidInput` for `urgent` unless this person may mark a message so."""
    if not await may_be_urgent(site, who):
        raise InvalidInput(FieldError("urgent", "not_allowed", "You may not mark a message as urgent."))
