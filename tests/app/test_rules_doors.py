"""Somebody whom one may not write to, through each door; and what stays open whatever the rules say."""

from collections.abc import Awaitable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from app import company, held, lists, offering, participants, ruling
from app.discussions import overview
from app.drafts import Address, DraftFields, change, create
from app.errors import NoRecipients, RecipientsRefused
from app.events import Line
from app.forwarding import forward
from app.people import suspend
from app.recipients import find_recipients
from app.sending import send
from app.site import Identity, Site
from store.tables import Unreached
from tests import factories
from tests.app.circles import reply
from tests.app.departing import Hands, comes_back, sending
from tests.app.ruled import one, rules

School = dict[str, Identity]


@pytest.fixture
async def school(site: Site) -> School:
    """Two pupils of 6A, two teachers, and a guest who is in no group."""
    made = await factories.people(site, "lea", "max", "tom", "ida", "guest")
    await factories.group(site, "6A", made[:2])
    await factories.group(site, "Staff", made[2:4])
    return {who.login: who for who in made}


@pytest.fixture
async def staff(site: Site, school: School) -> Address:
    """The teachers as a whole."""
    return await factories.group(site, "Staff", [school["tom"]])


async def draft(site: Site, who: Identity, *to: Address, separately: bool = False) -> str:
    """A draft to these."""
    fields = DraftFields(subject="S", body="B", to=list(to), separately=separately)
    return (await create(site, who, fields)).id


async def refused(deed: Awaitable[object]) -> list[tuple[str, str]]:
    """Who is refused, and why."""
    with pytest.raises(RecipientsRefused) as refusal:
        await deed
    return [(who.name, who.why) for who in refusal.value.refused]


async def names(site: Site, who: Identity, q: str = "") -> list[str]:
    """Whom the recipient search finds."""
    return [option.name for option in await find_recipients(site, who, q)]


async def test_the_search_finds_only_whom_one_may_write_to(site: Site, school: School) -> None:
    """People where a rule opens members, groups where it opens the whole; the limit counts only them."""
    await rules(site, "6A to Staff: members")
    lea = school["lea"]
    assert await names(site, lea) == ["Ida", "Tom"]
    assert [option.name for option in await find_recipients(site, lea, "", limit=1)] == ["Ida"]
    assert await names(site, lea, "ma") == []
    assert await names(site, school["tom"]) == await names(site, school["guest"]) == []
    await rules(site, "6A to Staff: group", "6A to 6A: members")
    assert await names(site, lea) == ["Max", "Staff"]
    await rules(site)
    assert await names(site, lea) == ["6A", "Guest", "Ida", "Max", "Staff", "Tom"]


async def test_sending_refuses_people_and_groups_by_name(site: Site, school: School, staff: Address) -> None:
    """Each with its reason, and nothing is sent; oneself is always allowed."""
    lea = school["lea"]
    to = [one(school[login]) for login in ("lea", "max", "tom", "guest")]
    await rules(site, "6A to Staff: group")
    mail = await draft(site, lea, *to, staff)
    assert await refused(send(site, lea, mail)) == [
        ("Max", "no_rule"),
        ("Tom", "group_only"),
        ("Guest", "no_rule"),
    ]
    await rules(site, "6A to Staff: members", "6A to 6A: both")
    assert await refused(send(site, lea, mail)) == [("Guest", "no_rule"), ("Staff", "members_only")]
    await rules(site)
    assert (await send(site, lea, mail)).id == mail


async def test_a_whole_group_reaches_whoever_is_in_it(site: Site, school: School, staff: Address) -> None:
    """Whatever the rules say of its members one by one."""
    await rules(site, "6A to Staff: group")
    sent = await send(site, school["lea"], await draft(site, school["lea"], staff))
    assert {who.name for who in (await overview(site, school["tom"], sent.id)).participants} == {
        "Lea",
        "Tom",
        "Ida",
    }


async def test_separately_is_one_by_one(site: Site, school: School, staff: Address) -> None:
    """A whole group is no way to rooms of two with those who may not be written to alone."""
    lea = school["lea"]
    mail = await draft(site, lea, staff, separately=True)
    await rules(site, "6A to Staff: group")
    assert await refused(send(site, lea, mail)) == [("Staff", "not_separately")]
    await rules(site, "6A to Staff: members")
    assert await refused(send(site, lea, mail)) == [("Staff", "members_only")]
    await rules(site, "6A to Staff: both")
    sent = await send(site, lea, mail)
    assert sent.separate is not None
    assert [room.name for room in sent.separate] == ["Ida", "Tom"]


async def test_separately_passes_over_who_is_away(site: Site, school: School, staff: Address) -> None:
    """She is left out as of any group; the rules are no reason then."""
    await suspend(site, "tom")
    await rules(site, "6A to Staff: both")
    mail = await draft(site, school["lea"], staff, separately=True)
    assert (await send(site, school["lea"], mail)).id == mail
    assert await unreached(site, mail) == {(school["tom"].person_id, "suspended")}


async def test_whom_a_group_did_not_reach_is_written_down(site: Site, school: School, staff: Address) -> None:
    """Suspended, or not using the messaging; who was reached is not."""
    quiet = await factories.person(site, "quiet", messaging="no", groups="Staff")
    await suspend(site, "ida")
    lea = school["lea"]
    sent = await factories.discussion(site, lea, [staff])
    assert await unreached(site, sent) == {
        (quiet.person_id, "opted_out"),
        (school["ida"].person_id, "suspended"),
    }
    await suspend(site, "tom")
    with pytest.raises(NoRecipients):
        await send(site, lea, await draft(site, lea, staff))


async def test_held_messages_are_judged_when_they_leave(site: Site, school: School) -> None:
    """Held and allowed, then forbidden: it comes back as a draft and nobody has it."""
    lea, tom = school["lea"], school["tom"]
    site = Site(site.settings, site.database, site.announce, site.throttle, clock := Hands())
    await rules(site, "6A to Staff: members")
    mail = await draft(site, lea, one(tom))
    assert isinstance(await held.hold(site, lea, mail, 3600), held.Held)
    await rules(site, "6A to 6A: both")
    clock.moment += timedelta(days=365)
    async with sending(site):
        await comes_back(site, lea, mail)
    assert await refused(held.hold(site, lea, mail, 3600)) == [("Tom", "no_rule")]


async def test_what_is_forwarded_is_sent_like_anything(site: Site, school: School) -> None:
    """Having a message opens no way to pass it on to others."""
    lea, max_, tom = school["lea"], school["max"], school["tom"]
    room = await factories.discussion(site, tom, [lea])
    await rules(site, "6A to 6A: both")

    def introduce(_: Line) -> str:
        return "He wrote:"

    passed = await forward(site, lea, room, None, introduce=introduce, retitle=str)
    await change(site, lea, passed.id, DraftFields(to=[one(max_), one(tom)]), version=passed.version)
    assert await refused(send(site, lea, passed.id)) == [("Tom", "no_rule")]


async def test_adding_refuses_people_and_groups_by_name(site: Site, school: School, staff: Address) -> None:
    """Nobody is added then; who is in already is no question of the rules."""
    lea, max_, tom = school["lea"], school["max"], school["tom"]
    room = await factories.discussion(site, lea, [max_])

    async def add(*addresses: Address) -> participants.Added:
        return await participants.add(site, lea, room, list(addresses), share_history=True)

    await rules(site, "6A to Staff: members")
    assert await refused(add(staff, one(school["guest"]))) == [
        ("Guest", "no_rule"),
        ("Staff", "members_only"),
    ]
    added = await add(one(max_), one(tom))
    assert ([who.name for who in added.added], [who.name for who in added.already]) == (["Tom"], ["Max"])
    await rules(site, "6A to Staff: group")
    assert await refused(add(one(school["ida"]))) == [("Ida", "group_only")]
    assert [who.name for who in (await add(staff)).added] == ["Ida"]


async def test_own_lists_open_nothing(site: Site, school: School) -> None:
    """A list stands for those in it, who are judged one by one."""
    lea, tom = school["lea"], school["tom"]
    listed = await lists.create(site, lea, "Mine", [one(tom), one(school["max"])])
    await rules(site, "6A to 6A: members")
    mail = await draft(site, lea, Address("list", listed.id))
    assert await refused(send(site, lea, mail)) == [("Tom", "no_rule")]
    room = await factories.discussion(site, lea, [school["max"]])
    adding = participants.add(site, lea, room, [Address("list", listed.id)], share_history=True)
    assert await refused(adding) == [("Tom", "no_rule")]


async def test_who_wrote_last_is_offered_only_if_one_may_write_to_her(site: Site, school: School) -> None:
    """The latest correspondents, the main ones and those who are there now."""
    lea, max_, tom = school["lea"], school["max"], school["tom"]
    await factories.discussion(site, tom, [lea, max_])
    await rules(site, "6A to 6A: members")
    assert [who.name for who in await offering.offer(site, lea, "")] == ["Max"]
    both = [tom.person_id, max_.person_id]
    assert [who.name for who in await company.writable(site, lea, both)] == ["Max"]
    assert [who.name for who in await ruling.refused(site, lea, [one(tom), one(max_)])] == ["Tom"]
    among = await ruling.writable_among(site, lea, [*both, lea.person_id])
    assert [among[who.person_id].allowed for who in (tom, max_, lea)] == [False, True, True]


async def test_answering_is_always_allowed(site: Site, school: School) -> None:
    """In a discussion that one is in, the rules are no question; it opens none beside it."""
    lea, tom = school["lea"], school["tom"]
    await rules(site, "Staff to 6A: both")
    room = await factories.discussion(site, tom, [lea])
    assert (await reply(site, lea, room, "Yes.")).seq == 2
    await rules(site, "6A to 6A: both")
    assert (await reply(site, tom, room, "Good.")).seq == 3
    assert (await reply(site, lea, room, "Fine.")).seq == 4
    assert await refused(send(site, lea, await draft(site, lea, one(tom)))) == [("Tom", "no_rule")]


async def test_a_repeated_send_is_no_new_one(site: Site, school: School) -> None:
    """What is sent is sent; asking again answers the same, whatever became forbidden since."""
    lea, tom = school["lea"], school["tom"]
    room = await factories.discussion(site, lea, [tom])
    await rules(site, "6A to 6A: both")
    assert (await send(site, lea, room)).sent_again


async def unreached(site: Site, message: str) -> set[tuple[str, str]]:
    """Whom a message did not reach, and why."""
    async with site.database.read() as session:
        rows = await session.scalars(select(Unreached).where(col(Unreached.message_id) == message))
        return {(row.person_id, row.why) for row in rows}
