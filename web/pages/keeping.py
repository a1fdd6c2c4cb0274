"""What is being written is kept: by a button, by itself while it is typed, and however often an answer gets lost."""

from app import drafts
from app.drafts import Draft
from app.errors import NotFound, VersionConflict
from app.site import Identity, Site
from store.columns import is_id
from web.pages.message_form import Written


async def keep(site: Site, me: Identity, draft_id: str, written: Written) -> Draft:
    """Save what is written as the draft of this id, new or over the version that was read.

    The same text a second time (a double click, an answer that got lost) is no conflict and changes nothing.
    Raises `VersionConflict` if another text was saved meanwhile, `NotFound`, `AlreadySent` or `InvalidInput`.
    """
    if not is_id(draft_id):
        raise NotFound
    try:
        if written.version:
            return await drafts.change(site, me, draft_id, written.fields, version=written.version)
        return await drafts.create(site, me, written.fields, draft_id=draft_id)
    except VersionConflict:
        draft = await drafts.get(site, me, draft_id)
        if not written.is_in(draft):
            raise
        return draft
