"""The roles that the authority table is about, and the little world in which each of them acts."""

from dataclasses import dataclass
from typing import Literal, get_args

from app import folders, lists, participants
from app.administration import people as administered
from app.drafts import Address, DraftFields, create
from app.people import suspend
from app.site import Identity, Site
from store.columns import new_id
from tests import factories

Role = Literal[
    "anonymous",
    "stranger",
    "participant",
    "refused",
    "stopped",
    "removed",
    "author",
    "announcer",
    "admin",
    "operator",
    "suspended",
]
ROLES: tuple[Role, ...] = get_args(Role)

SECRET_SUBJECT = "Xylophone"
SECRET_BODY = "Zephyranthes"
SECRET_DRAFT = "Quetzalcoatl"
SECRET_FILE = "Jabberwock"
SECRETS = (SECRET_SUBJECT, SECRET_BODY, SECRET_FILE, SECRET_DRAFT)
"""Marked words that nobody outside a discussion may ever get to see."""


@dataclass(frozen=True)
class Target:
    """What a request is about: identifiers as they stand in a path."""

    discussion: str
    draft: str
    folder: str
    """One of the author's."""
    file: str
    """A picture that the discussion carries."""
    list: str
    """One of the author's lists of recipients."""
    other: str
    """A participant other than whoever asks."""
    stranger: str
    """Somebody who is in no discussion."""
    account: str
    """Somebody new whom nothing here needs."""
    circle: str
    """A group of the participant other than whoever asks, which nothing here needs."""
    group: str
    """A group of everybody: by a rule within it, all may write to all still."""


class World:
    """One person per role, with a token each (also the suspended one, from before)."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.people: dict[str, Identity] = {}
        self.tokens: dict[str, str] = {}
        self.group = ""

    async def populate(self) -> "World":
        """Make the people."""
        members = (
            "stranger",
            "participant",
            "refused",
            "stopped",
            "removed",
            "author",
            "suspended",
            "other",
            "newcomer",
        )
        found = await factories.people(self.site, *members)
        found += [
            await factories.person(self.site, role, role=role) for role in ("announcer", "admin", "operator")
        ]
        self.people = {person.login: person for person in found}
        self.group = (await factories.group(self.site, "Everybody", found)).id
        for login, person in self.people.items():
            self.tokens[login] = await factories.token(self.site, person)
        return self

    async def target(self) -> Target:
        """A fresh discussion and a fresh draft of the author's."""
        author = self.people["author"]
        roles = ("participant", "refused", "stopped", "removed", "suspended", "other")
        inside = [self.people[role] for role in roles]
        file = await factories.attachment(self.site, author, f"{SECRET_FILE}.png", factories.picture())
        room = await factories.discussion(
            self.site, author, inside, SECRET_BODY, subject=SECRET_SUBJECT, files=[file.id]
        )
        await participants.stop(self.site, self.people["stopped"], room)
        await participants.remove(self.site, author, room, self.people["removed"].person_id)
        to = [Address("person", self.people["participant"].person_id)]
        draft = await create(self.site, author, DraftFields(subject=SECRET_DRAFT, body=SECRET_DRAFT, to=to))
        folder = await folders.create(self.site, author, f"{SECRET_DRAFT} {new_id()}"[:50])
        return Target(
            room,
            draft.id,
            folder.id,
            file.id,
            (await lists.create(self.site, author, f"{SECRET_DRAFT} {new_id()}")).id,
            self.people["other"].person_id,
            self.people["newcomer"].person_id,
            await administered.create(self.site, None, {"login": new_id(), "name": "Somebody New"}),
            (await factories.group(self.site, f"Circle {new_id()}", [self.people["other"]])).id,
            self.group,
        )

    async def set_rules(self) -> None:
        """Let everybody write to everybody, but who is to be refused to nobody."""
        others = [person for login, person in self.people.items() if login != "refused"]
        source = await factories.group(self.site, "All but one", others)
        await factories.rule(self.site, source, Address("group", self.group))

    async def shut_out(self) -> None:
        """Suspend who is to be suspended, after she was in discussions."""
        await suspend(self.site, "suspended")
