"""Every screen, filled as a long-used one is, to look at with other eyes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from app import filing, folders, lists
from app.drafts import Address, DraftFields, create
from app.held import hold
from app.own_settings import change
from tests import factories
from tests.journeys.place import Place, Visitor

LONG_TEXT = """Hello **everybody**,

| what | who |
| --- | --- |
| a-very-long-word-that-does-not-break-anywhere-in-the-middle-of-a-narrow-screen | we |

```
a line of code that is much longer than a narrow screen is wide, and goes on and on and on
```

- https://example.org/a/very/long/address/that/goes/on/and/on/and/on/without/any/space/at/all.html
- مرحبا بالعالم
"""


@dataclass(frozen=True)
class Screens:
    """A visitor and the addresses of what she can see."""

    visitor: Visitor
    paths: dict[str, str]

    async def all(self) -> AsyncIterator[tuple[str, str]]:
        """Name and address of each."""
        for name, path in self.paths.items():
            yield name, path


async def filled_screens(place: Place, *, language: str) -> Screens:
    """Somebody with discussions, something unread, and a draft."""
    alice = await place.visitor("Alice", language=language)
    bob, carol = await place.person("Bob"), await place.person("Maximiliane-Charlotte")
    away = await place.person("Away", email="somebody.with.a.long.address@example.org")
    await change(place.site, away, messaging=False, shares_email=True)
    await place.group("A group of some people", [bob, carol, away])
    room = await factories.discussion(
        place.site, bob, [alice.who, carol], LONG_TEXT, subject="A subject " * 12
    )
    own = await factories.discussion(place.site, alice.who, [bob], "Short.", subject="")
    draft = await create(place.site, alice.who, DraftFields(subject="Not sent", body="yet"))
    to_bob = DraftFields(subject="A subject " * 12, body=LONG_TEXT, to=[Address("person", bob.person_id)])
    later = await create(place.site, alice.who, to_bob)
    await hold(place.site, alice.who, later.id, at=place.site.now() + timedelta(days=40))
    outer = await folders.create(place.site, alice.who, "A folder with a name that is as long as it may be")
    inner = await folders.create(place.site, alice.who, "Inner", outer.id)
    filed = await factories.discussion(place.site, bob, [alice.who], "Filed.")
    await filing.move(place.site, alice.who, filed, inner.id)
    thrown = await factories.discussion(place.site, bob, [alice.who], "Thrown away.")
    await filing.set_trashed(place.site, alice.who, thrown, trashed=True)
    members = [Address("person", bob.person_id), Address("person", carol.person_id)]
    kept = await lists.create(
        place.site, alice.who, "A list with a name that is as long as it may be", members
    )
    paths = {
        "home": "/",
        "inbox": "/boxes/inbox",
        "in progress": "/boxes/progress",
        "sent": "/boxes/sent",
        "drafts": "/boxes/drafts",
        "trash": "/boxes/trash",
        "folders": "/folders",
        "a folder": f"/boxes/folder:{inner.id}",
        "only what is unread": "/boxes/inbox?unread=yes",
        "a folder's name": f"/folders/{inner.id}",
        "delete a folder": f"/folders/{outer.id}/delete",
        "discussion": f"/discussions/{room}",
        "entry": f"/discussions/{room}/entries/1",
        "print": f"/discussions/{room}/print",
        "new message": f"/new?to=person:{bob.person_id}",
        "draft": f"/drafts/{draft.id}",
        "draft to leave later": f"/drafts/{draft.id}?at=2030-02-03T08:00",
        "on its way": f"/discussions/{later.id}",
        "add a participant": f"/drafts/{draft.id}/participants",
        "lists": "/lists",
        "a list": f"/lists/{kept.id}",
        "signature": "/signature",
        "settings": "/settings",
        "password": "/settings/password",
        "sign-ins": "/settings/sessions",
        "a link that is good for nothing": "/welcome/none",
        "your data": "/settings/data",
        "people": "/people",
        "people found": f"/people?q={place.surname}",
        "a person": f"/people/{bob.person_id}",
        "a person who does not use the messaging": f"/people/{away.person_id}",
        "search": "/search",
        "found": "/search?q=t&from=bob&unread=yes&since=2020-02-03",
        "stop": f"/discussions/{room}/stop",
        "remove": f"/discussions/{own}/participants/{bob.person_id}/remove",
        "not found": "/discussions/nowhere",
    }
    return Screens(alice, paths)
