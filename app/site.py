"""What every use case works with. One `Site` per node; nothing of it is global."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.events import Announce, PersonRef
from app.files import Files
from app.reading import ReadMarks
from app.seeing import Sightings
from app.settings import Settings
from app.throttle import Throttle
from store.blobs import BlobStore
from store.columns import utc_now
from store.database import Database


@dataclass(frozen=True)
class Site:
    """The store, the ear of the world, the limits, the clock, who was seen, and how far people have read."""

    settings: Settings
    database: Database
    announce: Announce
    throttle: Throttle
    now: Callable[[], datetime] = utc_now
    something_held: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    """Set when a message of somebody on this node waits to leave (see `app.held`)."""
    has_people: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    """Set once there is known to be anybody (see `app.first_start`)."""
    sightings: Sightings = field(init=False)
    marks: ReadMarks = field(init=False)
    files: Files = field(init=False)

    def __post_init__(self) -> None:
        """What is noted goes to this site's own store."""
        object.__setattr__(self, "sightings", Sightings(self.database))
        object.__setattr__(self, "marks", ReadMarks(self.database, self.announce))
        blobs = BlobStore(self.settings.data, self.settings.files_url)
        object.__setattr__(self, "files", Files(self.database, blobs, self.settings.file_limits, self.now))


@dataclass(frozen=True)
class Identity:
    """Who is acting: a person, and the sign-in (session or token) through which she acts."""

    person_id: str
    login: str
    name: str
    role: str
    language: str
    time_zone: str
    session_id: str
    via: str
    """`session` or `token`."""
    theme: str = ""
    sending_key: str = ""
    shortcuts: bool = True

    @property
    def ref(self) -> PersonRef:
        """This person as others see her."""
        return PersonRef(self.person_id, self.name)
