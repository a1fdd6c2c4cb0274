"""Builds the demo site in an empty database."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app import discussions, drafts, participants
from app.demo.scenes import Scene, Sketch, Step, moment, people, scenes, sketches
from app.drafts import Address, Draft, DraftFields
from app.errors import Forbidden
from app.importing import import_people
from app.pace import Pace
from app.replies import ReplyLog
from app.sending import send
from app.sign_in import identity_of
from app.site import Identity, Site
from app.verdicts import NewReply
from store.columns import new_id
from store.tables import Group, Person

PASSWORD = "parley-demo"  # noqa: S105 - it is public on purpose


@dataclass(frozen=True)
class DemoReport:
    """What was made, and the password of everybody there."""

    people: int
    groups: int
    discussions: int
    password: str = PASSWORD


async def build(site: Site) -> DemoReport:
    """Fill an empty database. Raises `Forbidden` when there are people in it already."""
    async with site.database.read() as session:
        if (await session.execute(select(func.count()).select_from(Person))).scalar_one():
            raise Forbidden("This database already has people; the demo site needs an empty one.")
    builder = await _Builder.settle(site)
    told = scenes()
    for scene in told:
        await builder.play(scene)
    for sketch in sketches():
        await builder.sketch(sketch)
    return DemoReport(len(builder.people), len(builder.groups), len(told))


class _Clock:
    """The time of the demo site, which goes through its last days again and never beyond the present."""

    def __init__(self, present: datetime) -> None:
        self.present = present
        self._now = present

    def __call__(self) -> datetime:
        return self._now

    def set(self, starts: str) -> None:
        self._now = moment(starts, self.present)

    def forward(self, minutes: int) -> None:
        self._now = min(self._now + timedelta(minutes=minutes), self.present)


class _Builder:
    def __init__(self, site: Site, clock: _Clock, known: dict[str, Identity], groups: dict[str, str]) -> None:
        self.people = known
        self.groups = groups
        self._clock = clock
        self._site = site
        unlimited = Pace(1, 1, enabled=False)
        self._replies = ReplyLog(
            site.database, site.announce, clock, pace=unlimited, asleep_after=timedelta(days=30)
        )

    @classmethod
    async def settle(cls, site: Site) -> "_Builder":
        """Bring the people and groups in; nobody is told, since nobody can be there yet."""
        clock = _Clock(site.now())
        site = replace(site, now=clock, announce=lambda events: None)
        rows = people()
        for row in rows:
            seen = clock.present - timedelta(minutes=int(row["last_seen"]))
            row.update(password=PASSWORD, last_seen=seen.isoformat())
        await import_people(site, rows)
        async with site.database.read() as session:
            everybody = {row.login: identity_of(row, "") for row in await session.scalars(select(Person))}
            groups = {row.name: row.id for row in await session.scalars(select(Group))}
        return cls(site, clock, everybody, groups)

    async def play(self, scene: Scene) -> None:
        """Write a message, send it, and let happen what happens in its discussion."""
        draft = await self._write(scene, scene.reply_policy)
        await send(self._site, self.people[scene.author], draft.id)
        for step in scene.then:
            self._clock.forward(step.after)
            await self._take(step, draft.id)
        await self._read(scene, draft.id)

    async def sketch(self, sketch: Sketch) -> None:
        """Leave a message in progress."""
        await self._write(sketch)

    async def _write(self, message: Scene | Sketch, reply_policy: str = "everyone") -> Draft:
        self._clock.set(message.starts)
        fields = DraftFields(
            subject=message.subject,
            body=message.body.strip(),
            to=self._addresses(message.to),
            cc=self._addresses(message.cc),
            reply_policy=reply_policy,
        )
        return await drafts.create(self._site, self.people[message.author], fields)

    async def _take(self, step: Step, discussion: str) -> None:
        who = self.people[step.who]
        if step.adds:
            addresses = self._addresses(step.adds)
            await participants.add(self._site, who, discussion, addresses, share_history=step.history)
        if step.removes:
            await participants.remove(self._site, who, discussion, self.people[step.removes].person_id)
        if step.says:
            body = step.says.strip()
            await self._replies.post(NewReply(who.ref, discussion, new_id(), body, step.reply_to))
        if step.stops:
            await participants.stop(self._site, who, discussion)

    async def _read(self, scene: Scene, discussion: str) -> None:
        seen = await discussions.overview(self._site, self.people[scene.author], discussion)
        logins = {who.person_id: login for login, who in self.people.items()}
        for participant in seen.participants:
            login = logins[participant.id]
            first_unread = scene.unread.get(login, seen.head + 1)
            if first_unread > 1:
                await discussions.mark_read(self._site, self.people[login], discussion, first_unread - 1)

    def _addresses(self, names: list[str]) -> list[Address]:
        return [
            Address("group", self.groups[name[1:]])
            if name.startswith("@")
            else Address("person", self.people[name].person_id)
            for name in names
        ]
