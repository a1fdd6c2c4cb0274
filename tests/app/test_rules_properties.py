"""Whatever the rules: what is offered is what is allowed, and no door leads past them, also while they change."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle, islice
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app import participants, ruling
from app.discussions import overview
from app.drafts import DraftFields, create
from app.errors import NoRecipients, RecipientsRefused
from app.recipients import find_recipients
from app.sending import send
from app.site import Identity, Site
from store.database import Database
from store.prepared import Link
from tests import factories
from tests.app.ruled import one
from tests.app.ruled_world import GROUPS, PEOPLE, School, State, states

T = TypeVar("T")

SLOWLY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVERYBODY = range(PEOPLE)


@SLOWLY
@given(changes=st.lists(states, min_size=1, max_size=3))
async def test_what_is_offered_is_what_is_allowed(site: Site, changes: list[State]) -> None:
    """The search, "whom may she write to" and "may she write to" agree, for people and for groups."""
    school = await founded(site)
    for state in changes:
        await school.become(state)
        for writer in EVERYBODY:
            await check_offers(school, state, writer)


async def check_offers(school: School, state: State, writer: int) -> None:
    """What one writer is offered and told."""
    site, who = school.site, school.people[writer]
    allowed = {school.people[other].person_id for other in EVERYBODY if state.person(writer, other)}
    allowed |= {school.groups[group].id for group in range(GROUPS) if state.group(writer, group)}
    others = allowed - {who.person_id}
    found = await find_recipients(site, who, "", limit=50)
    assert {option.id for option in found} == others
    assert {option.id for option in await find_recipients(site, who, "p", limit=50)} == {
        option.id for option in found if option.type == "person"
    }
    assert {option.id for option in await paged(site, who)} == others
    among = await ruling.writable_among(site, who, [other.person_id for other in school.people])
    addresses = [*(one(other) for other in school.people), *school.groups]
    for address in addresses:
        explained = await ruling.explain(site, who.person_id, address)
        assert explained.allowed is (address.id in allowed)
        assert explained.allowed or explained.why
        if address.type == "person":
            assert among[address.id] == explained
    refused = {recipient.id for recipient in await ruling.refused(site, who, addresses)}
    assert refused == {address.id for address in addresses} - allowed


async def paged(site: Site, who: Identity) -> list[ruling.Permitted]:
    """All pages of whom this person may write to, one on each."""
    found: list[ruling.Permitted] = []
    cursor = None
    while True:
        page = await ruling.whom_may(site, who.person_id, "", cursor, limit=1)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


@SLOWLY
@given(
    state=states,
    writer=st.integers(0, PEOPLE - 1),
    people=st.frozensets(st.integers(0, PEOPLE - 1), max_size=2),
    groups=st.frozensets(st.integers(0, GROUPS - 1), max_size=2),
    separately=st.booleans(),
)
async def test_sending_and_adding_refuse_exactly_whom_the_rules_refuse(
    site: Site,
    state: State,
    writer: int,
    people: frozenset[int],
    groups: frozenset[int],
    separately: bool,
) -> None:
    """Everybody who is named is judged; what is sent reaches exactly those whom it is to."""
    school = await founded(site)
    who, guest = school.people[writer], await guest_of(site)
    # From before there were these rules.
    await school.become(State(tuple(frozenset[int]() for _ in range(GROUPS))))
    room = await factories.discussion(site, who, [guest])
    await school.become(state)
    to = [one(school.people[number]) for number in people] + [school.groups[number] for number in groups]
    draft = await create(site, who, DraftFields(subject="S", body="B", to=to, separately=separately))

    opens = state.apart if separately else state.group
    closed = {school.people[other].person_id for other in people if not state.person(writer, other)}
    not_added = closed | {school.groups[group].id for group in groups if not state.group(writer, group)}
    closed |= {school.groups[group].id for group in groups if not opens(writer, group)}
    reached = set(people).union(*(state.reached(writer, group) for group in groups)) - {writer}

    assert await refusals(participants.add(site, who, room, to, share_history=True)) == not_added
    assert await refusals(send(site, who, draft.id)) == closed
    if not not_added:
        inside = {other.id for other in (await overview(site, who, room)).participants}
        expected = {school.people[number].person_id for number in reached}
        assert inside == expected | {who.person_id, guest.person_id}


@SLOWLY
@given(
    before=states,
    after=states,
    pairs=st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), min_size=3, max_size=6),
)
async def test_while_rules_change_each_act_is_judged_by_one_state(
    site: Site, before: State, after: State, pairs: list[tuple[int, int]]
) -> None:
    """What neither state allows never happens, what both allow always does, and what is over counts no more."""
    school = await founded(site)
    await school.become(before)
    drafts = [await drafted(school, writer, target) for writer, target in pairs]

    async def change() -> None:
        for state in islice(cycle((after, before)), 5):
            await school.become(state)

    outcomes, _ = await asyncio.gather(
        asyncio.gather(*(refusals(send(site, who, draft)) for who, draft in drafts)), change()
    )
    for (writer, target), refused in zip(pairs, outcomes, strict=True):
        allowed = {state.person(writer, target) for state in (before, after)}
        assert (not refused) in allowed
    again = [await drafted(school, writer, target) for writer, target in pairs]
    for (writer, target), (who, draft) in zip(pairs, again, strict=True):
        assert (not await refusals(send(site, who, draft))) is after.person(writer, target)


async def test_a_rule_that_goes_just_before_is_gone(site: Site) -> None:
    """Whoever began to send or to add somebody before a change is judged after it, if it comes first."""
    school = await founded(site)
    those = tuple(frozenset({number}) for number in range(GROUPS))
    before, after = State(those, {(0, 1): "both"}), State(those, {(2, 2): "both"})
    await school.become(before)
    who, draft = await drafted(school, 0, 1)
    target = one(school.people[1])
    room = await factories.discussion(site, who, [who])
    database = BeforeWriting(site.settings.database_url, lambda: school.become(after))
    changing = replace(site, database=database)
    try:
        assert await refusals(send(changing, who, draft)) == {target.id}
        await school.become(before)
        adding = participants.add(changing, who, room, [target], share_history=True)
        assert await refusals(adding) == {target.id}
        await school.become(before)
        assert await refusals(send(site, who, draft)) == set()
    finally:
        await database.close()


class BeforeWriting(Database):
    """A store in which something else comes before each transaction that writes."""

    def __init__(self, url: str, first: Callable[[], Awaitable[None]]) -> None:
        super().__init__(url)
        self._first = first

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        await self._first()
        async with super().write() as session:
            yield session

    async def transact(self, work: Callable[[Link], T]) -> T:
        await self._first()
        return await super().transact(work)


async def test_a_rule_and_a_group_of_two_moments_open_nothing(site: Site) -> None:
    """A rule leads to a group before somebody comes into it, and is gone when she does: at no moment is she open."""
    school = await founded(site)
    apart = (frozenset({0}), frozenset({1}), frozenset({2}))
    before = State(apart, {(0, 1): "both", (2, 2): "both"})
    after = State((apart[0], apart[1] | {3}, apart[2]), {(2, 2): "both"})
    await school.become(before)
    room = await factories.discussion(site, school.people[0], [school.people[1]])

    async def change() -> None:
        for state in islice(cycle((after, before)), 40):
            await school.become(state)

    async def attempts() -> None:
        for _ in range(20):
            who, draft = await drafted(school, 0, 3)
            target = one(school.people[3])
            adding = participants.add(site, who, room, [target], share_history=True)
            refused = await asyncio.gather(refusals(send(site, who, draft)), refusals(adding))
            assert list(refused) == [{target.id}, {target.id}]

    await asyncio.gather(change(), attempts())


async def founded(site: Site) -> School:
    """The school, as it is after whatever an example before has left of it."""
    return await School.founded(site)


async def guest_of(site: Site) -> Identity:
    """Somebody whom no rule is about."""
    return await factories.person(site, "guest")


async def drafted(school: School, writer: int, target: int) -> tuple[Identity, str]:
    """A draft from one to another."""
    who, to = school.people[writer], [one(school.people[target])]
    return who, (await create(school.site, who, DraftFields(subject="S", body="B", to=to))).id


async def refusals(deed: Awaitable[object]) -> set[str]:
    """Who was refused; nobody where there was just nobody to write to."""
    try:
        await deed
    except RecipientsRefused as error:
        return {recipient.id for recipient in error.refused}
    except NoRecipients:
        return set()
    return set()
