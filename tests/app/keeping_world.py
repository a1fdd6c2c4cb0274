"""What happens in `keeping_model`, done for real, and what people find afterwards."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.attachments import named
from app.errors import NotFound
from app.filing import Deed, move, mute, put_back, set_trashed, to_many
from app.folders import create
from app.mirroring import Mirror, tally
from app.search import MOST_RESULTS, Wanted, search
from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.app.boxes import ids
from tests.app.circles import reply
from tests.app.keeping_model import CHANGES, FOLDERS, PEOPLE, ROOMS, Done, Step, folder_of


@dataclass(frozen=True)
class World:
    """The people, their folders and the discussions of one history."""

    site: Site
    people: list[Identity]
    folders: list[list[str]]
    rooms: list[str]
    files: list[str]
    """The one that each discussion begins with."""

    @classmethod
    async def new(cls, site: Site) -> "World":
        """People who have never been seen before."""
        people = await factories.people(site, *(f"p{number}-{new_id()}" for number in range(PEOPLE)))
        folders = [
            [(await create(site, who, f"Folder {number}")).id for number in range(FOLDERS)] for who in people
        ]
        rooms, files = [], []
        for author in (people[room % PEOPLE] for room in range(ROOMS)):
            files.append((await factories.attachment(site, author)).id)
            others = [who for who in people if who is not author]
            rooms.append(await factories.discussion(site, author, others, files=files[-1:]))
        return cls(site, people, folders, rooms, files)

    def folder(self, actor: int, number: int) -> str | None:
        """One of this person's folders, or none."""
        place = folder_of(number)
        return None if place is None else self.folders[actor][place]

    async def carry_out(self, step: Step) -> None:
        """Do it for real, to all at once."""
        done, actor, rooms, number = step
        who, named = self.people[actor], [self.rooms[room] for room in sorted(rooms)]
        if done == "mirror":
            await Mirror(self.site.database, step=2).catch_up()
        elif done == "tally":
            await tally(self.site.database, [who.person_id], most=0)
        elif done == "reply":
            # Whoever has left is told that there is no such discussion.
            with suppress(NotFound):
                await reply(self.site, who, named[0])
        elif done == "delete":
            await to_many(self.site, who, named, Deed(None))
        elif done == "there and back":
            for action in CHANGES.values():
                deed = Deed(action, self.folder(actor, number) if action == "move" else None)
                changed = (await to_many(self.site, who, named, deed)).changed
                await put_back(self.site, who, changed)
        else:
            deed = Deed(CHANGES[done], self.folder(actor, number) if done == "move" else None)
            await to_many(self.site, who, named, deed)

    async def one_by_one(self, actor: int, done: Done, rooms: Sequence[int], number: int) -> None:
        """Do it to each by itself."""
        who = self.people[actor]
        for discussion in (self.rooms[room] for room in rooms):
            if done in ("trash", "restore"):
                await set_trashed(self.site, who, discussion, trashed=done == "trash")
            elif done in ("mute", "unmute"):
                await mute(self.site, who, discussion, muted=done == "mute")
            elif done == "move":
                await move(self.site, who, discussion, self.folder(actor, number))
            else:
                await to_many(self.site, who, [discussion], Deed(CHANGES[done]))

    async def boxes(self, person: int) -> dict[str, list[int]]:
        """What this person finds in her boxes."""
        names = {"inbox": "inbox", "progress": "progress", "sent": "sent", "trash": "trash"}
        names |= {str(number): f"folder:{one}" for number, one in enumerate(self.folders[person])}
        return {
            short: [self.rooms.index(room) for room in await ids(self.site, self.people[person], name)]
            for short, name in names.items()
        }

    async def seen_files(self, person: int) -> list[int]:
        """The discussions whose file this person is given."""
        seen = await named(self.site, self.people[person], self.files)
        return [self.files.index(file.id) for file in seen]

    async def found(self, person: int) -> list[int]:
        """The discussions in whose opening message this person finds a word of it."""
        findings = await search(self.site, self.people[person], Wanted(q="hello"), limit=MOST_RESULTS)
        return sorted(self.rooms.index(one.discussion) for one in findings.items)
