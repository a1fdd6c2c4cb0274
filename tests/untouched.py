"""Drafts that have lain untouched for a while."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from app.site import Site
from store.tables import Message


async def leave_untouched(site: Site, draft_id: str, *, since: datetime) -> None:
    """As if nobody had changed this draft after `since`."""
    async with site.database.write() as session:
        moved = update(Message).where(col(Message.id) == draft_id).values(updated_at=since)
        await session.execute(moved)
