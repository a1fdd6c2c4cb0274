"""Taking in files. The bytes come first and the row after them, in the transaction that finds whether the content was
there already: a crash in between leaves bytes that no row names, which housekeeping finds (`app.tidying`).
"""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

from app.errors import FilesFull, FileTooLarge, RateLimited
from app.events import Attached
from app.file_names import HEAD, SHOWN, harmless, media_type
from app.images import MOST_BYTES, Easel, Preview
from app.rules.files import FileLimits
from store.attachments import kept_by
from store.blobs import BlobStore, Received
from store.columns import new_id
from store.contents import NewAttachment, NewContent, Stored, find, give, hold_person, keep
from store.database import Database, OutcomeUnknown, StoreUnavailable
from store.prepared import Link

AT_ONCE = 32
"""Files that one process takes in at once; each holds no more memory than two parts (see `store.blobs`)."""
AT_ONCE_OF_ONE = 4
"""The same of one person, of whom there may be several tabs."""
AGAIN_AFTER = 2.0

Measures = tuple[int | None, int | None]


class Files:
    """The files that come in and go out through one node."""

    def __init__(
        self, database: Database, blobs: BlobStore, limits: FileLimits, now: Callable[[], datetime]
    ) -> None:
        self.blobs = blobs
        self.limits = limits
        self._database = database
        self._now = now
        self._easel = Easel()
        self._under_way: Counter[str] = Counter()

    async def take(self, owner_id: str, name: str, chunks: AsyncIterator[bytes]) -> Attached:
        """Keep a file of this person's, which comes in chunks. What `chunks` raises is raised.

        Also raises `FileTooLarge`, `FilesFull`, `RateLimited` (too many at once) or `StoreUnavailable`.
        Nothing is kept then.
        """
        with self._place_for(owner_id):
            await self.check_room(owner_id, 0)
            incoming = _Incoming(chunks, self.limits.file)
            received = await self.blobs.receive(incoming.chunks())
            name = harmless(name)
            new = NewAttachment(
                id=new_id(),
                owner_id=owner_id,
                digest=received.digest,
                name=name,
                size=received.size,
                media_type=media_type(name, bytes(incoming.head)),
                created_at=self._now(),
                loose_since=self._now(),
            )
            width, height = await self._settle(received, new)
        return Attached(new.id, new.name, new.size, new.media_type, width, height)

    async def check_room(self, owner_id: str, size: int) -> None:
        """Raise `FilesFull` when there is no room for a further file of this size."""
        kept = await self._database.look(lambda link: kept_by(link, owner_id))
        if kept + size > self.limits.person or kept >= self.limits.person:
            raise FilesFull(self.limits.person)

    @contextlib.contextmanager
    def _place_for(self, owner_id: str) -> Iterator[None]:
        if self._under_way[owner_id] >= AT_ONCE_OF_ONE or self._under_way.total() >= AT_ONCE:
            raise RateLimited(AGAIN_AFTER)
        self._under_way[owner_id] += 1
        try:
            yield
        finally:
            self._under_way[owner_id] -= 1
            if not self._under_way[owner_id]:
                del self._under_way[owner_id]

    async def _settle(self, received: Received, new: NewAttachment) -> Measures:
        """Put the bytes into their place, and then the rows. Whatever goes wrong, the bytes go again."""
        stored = await self._put(received)
        try:
            preview = await self._preview(stored, new)
            content = NewContent(
                stored.digest,
                stored.place,
                new.size,
                len(preview.image) if preview else None,
                preview.width if preview else None,
                preview.height if preview else None,
                new.created_at,
            )
            place, *measures = await self._database.transact(lambda link: self._keep(link, content, new))
        except OutcomeUnknown:
            # They may be needed.
            raise
        except BaseException:
            await self._let_go(stored)
            raise
        if place != stored.place:
            await self._let_go(stored)
        return measures[0], measures[1]

    async def _put(self, received: Received) -> Stored:
        try:
            return await self.blobs.settle(received)
        except StoreUnavailable:
            with contextlib.suppress(StoreUnavailable):
                await self.blobs.discard(received)
            raise

    def _keep(
        self, link: Link, content: NewContent, new: NewAttachment
    ) -> tuple[str, int | None, int | None]:
        hold_person(link, new.owner_id)
        if kept_by(link, new.owner_id) + new.size > self.limits.person:
            raise FilesFull(self.limits.person)
        kept = keep(link, content)
        give(link, new)
        return kept

    async def _preview(self, stored: Stored, new: NewAttachment) -> Preview | None:
        if new.media_type not in SHOWN or not 0 < new.size <= MOST_BYTES:
            return None
        if await self._database.look(lambda link: find(link, new.digest)):
            # Whoever brought it first has had it drawn.
            return None
        preview = await self._easel.preview(self.blobs.read(stored, 0, new.size))
        if preview:
            await self.blobs.put_preview(stored, preview.image)
        return preview

    async def _let_go(self, stored: Stored) -> None:
        # What cannot be deleted now is found by housekeeping.
        with contextlib.suppress(StoreUnavailable):
            await self.blobs.delete([stored])


class _Incoming:
    """Chunks on their way: counted, and the first bytes of them kept."""

    def __init__(self, chunks: AsyncIterator[bytes], most: int) -> None:
        self.head = bytearray()
        self._chunks = chunks
        self._most = most

    async def chunks(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._chunks:
            size += len(chunk)
            if size > self._most:
                raise FileTooLarge(self._most)
            if len(self.head) < HEAD:
                self.head += chunk[: HEAD - len(self.head)]
            yield chunk
