"""What is in somebody's boxes, as tests ask for it."""

from app.mailbox import box
from app.site import Identity, Site


async def ids(site: Site, who: Identity, name: str) -> list[str]:
    """What is in a box, read in pages of two."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await box(site, who, name, cursor=cursor, limit=2)
        found += [row.id for row in page.items]
        cursor = page.next
        if cursor is None:
            return found


async def places(site: Site, who: Identity, room: str, folder: str | None = None) -> set[str]:
    """In which of her boxes a discussion is."""
    names = ["inbox", "progress", "sent", "trash", *([f"folder:{folder}"] if folder else [])]
    return {name for name in names if room in await ids(site, who, name)}
