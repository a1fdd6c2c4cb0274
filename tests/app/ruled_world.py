"""A little school whose groups and rules change, and a model of it that is too simple to be wrong."""

from dataclasses import dataclass, field

from hypothesis import strategies as st
from sqlalchemy import delete, insert, update
from sqlmodel import col

from app.drafts import Address
from app.rules.audience import REACHES, Reach
from app.site import Identity, Site
from store.columns import new_id, utc_now
from store.tables import Membership, Person, Rule
from tests import factories

PEOPLE, GROUPS = 4, 3
Rules = dict[tuple[int, int], Reach]


@dataclass(frozen=True)
class State:
    """Who is in which group, which rules there are, and who does not use the messaging."""

    members: tuple[frozenset[int], ...]
    rules: Rules = field(default_factory=dict)
    quiet: frozenset[int] = frozenset()

    def person(self, writer: int, target: int) -> bool:
        """Whether one may write to the other herself."""
        if writer == target:
            return True
        return target not in self.quiet and (not self.rules or self._led(writer, target))

    def group(self, writer: int, group: int) -> bool:
        """Whether she may write to a whole group."""
        return not self.rules or any(
            writer in self.members[source] and goal == group and reach != "members"
            for (source, goal), reach in self.rules.items()
        )

    def apart(self, writer: int, group: int) -> bool:
        """Whether she may write to it separately: to the whole, and to each who is not away."""
        those = self.members[group] - self.quiet
        return self.group(writer, group) and all(self.person(writer, one) for one in those)

    def reached(self, writer: int, group: int) -> set[int]:
        """Whom a message to a whole group reaches, besides the writer."""
        return set(self.members[group] - self.quiet - {writer})

    def _led(self, writer: int, target: int) -> bool:
        return any(
            writer in self.members[source] and target in self.members[goal] and reach != "group"
            for (source, goal), reach in self.rules.items()
        )


_group = st.integers(0, GROUPS - 1)
_person = st.integers(0, PEOPLE - 1)
states = st.builds(
    State,
    members=st.tuples(*[st.frozensets(_person, max_size=3) for _ in range(GROUPS)]),
    rules=st.dictionaries(st.tuples(_group, _group), st.sampled_from(REACHES), max_size=4),
    quiet=st.frozensets(_person, max_size=1),
)


@dataclass(frozen=True)
class School:
    """The same in the store."""

    site: Site
    people: list[Identity]
    groups: list[Address]

    @classmethod
    async def founded(cls, site: Site) -> "School":
        """Everybody and every group."""
        people = await factories.people(site, *(f"p{number}" for number in range(PEOPLE)))
        groups = [await factories.group(site, f"G{number}", people[:1]) for number in range(GROUPS)]
        return cls(site, people, groups)

    async def become(self, state: State) -> None:
        """Let the store hold this state, from one moment to the next."""
        async with self.site.database.write() as session:
            await session.execute(delete(Rule))
            await session.execute(delete(Membership))
            messaging = col(Person.login).not_in([self.people[one].login for one in state.quiet])
            await session.execute(update(Person).values(messaging=messaging))
            members = [
                {"group_id": self.groups[group].id, "person_id": self.people[one].person_id}
                for group, those in enumerate(state.members)
                for one in those
            ]
            rules = [
                {
                    "id": new_id(),
                    "from_group_id": self.groups[source].id,
                    "to_group_id": self.groups[goal].id,
                    "reach": reach,
                    "created_at": utc_now(),
                }
                for (source, goal), reach in state.rules.items()
            ]
            for table, rows in ((Membership, members), (Rule, rules)):
                if rows:
                    await session.execute(insert(table), rows)
