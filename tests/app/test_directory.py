"""The directory: who is in it, whom the reader may write to there, and why not; and what both share."""

import pytest

from app import directory, groups, participants, people
from app.acquaintance import acquaintance
from app.directory import PersonCard
from app.errors import InvalidInput, NotFound
from app.own_settings import change
from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.meeting import NOBODY, Connected, seen


async def card(site: Site, who: Identity, about: Identity, connected: Connected = NOBODY) -> PersonCard:
    """What `who` is told of somebody."""
    return await directory.card(site, who, connected, about.person_id)


async def names(site: Site, who: Identity, q: str = "", group: str | None = None) -> list[str]:
    """Who is found."""
    return [one.name for one in (await directory.find(site, who, NOBODY, q, group=group)).items]


@pytest.fixture
async def ann(site: Site) -> Identity:
    """Who looks."""
    return await factories.person(site, "ann", name="Ann Reader")


async def test_first_letters_without_accents_and_case(site: Site, ann: Identity) -> None:
    """First or last names, the earliest match first; punctuation finds nobody, nothing finds everybody."""
    await factories.person(site, "e1", name="Éloïse Martin")
    await factories.person(site, "m1", name="Marc Œuvrard")
    assert await names(site, ann, "ELO") == ["Éloïse Martin"]
    assert await names(site, ann, "mar") == ["Marc Œuvrard", "Éloïse Martin"]
    assert await names(site, ann, "oeu") == ["Marc Œuvrard"]
    assert await names(site, ann, "%") == []
    assert await names(site, ann) == ["Ann Reader", "Éloïse Martin", "Marc Œuvrard"]


async def test_it_comes_in_pages(site: Site, ann: Identity) -> None:
    """Each person once, in order, whatever is looked for; a foreign cursor and limits out of bounds are refused."""
    await factories.people(site, *(f"mo{number}" for number in range(7)), "tim")
    for q, expected in (("mo", 7), ("", 9)):
        found, cursor = [], None
        while True:
            page = await directory.find(site, ann, NOBODY, q, cursor=cursor, limit=2)
            found += [one.name for one in page.items]
            if (cursor := page.next) is None:
                break
        assert found == sorted(found)
        assert len(set(found)) == len(found) == expected
    for cursor in ("x", new_id()):
        with pytest.raises(InvalidInput):
            await directory.find(site, ann, NOBODY, cursor=cursor)
    for limit in (0, 201):
        with pytest.raises(InvalidInput):
            await directory.find(site, ann, NOBODY, limit=limit)


async def test_who_is_suspended_or_erased_is_not_there(site: Site, ann: Identity) -> None:
    """Neither in the list nor by herself; nor is whoever does not exist."""
    bob, carol = await factories.people(site, "bob", "carol")
    await people.suspend(site, "bob")
    await seen(site, carol, erased_at=site.now())
    assert await names(site, ann) == ["Ann Reader"]
    for gone in (bob.person_id, carol.person_id, new_id(), "nonsense"):
        with pytest.raises(NotFound):
            await acquaintance(site, ann, NOBODY, gone)


async def test_reachability(site: Site, ann: Identity) -> None:
    """Who has opted out, or was not seen for 15 days, cannot be reached; who is there can be."""
    bob = await factories.person(site, "bob")
    assert (await card(site, ann, bob)).why == "not_seen_lately"
    assert (await card(site, ann, bob, Connected(bob))).reachable
    await seen(site, bob, days=14.9)
    assert (await card(site, ann, bob)).why is None
    await seen(site, bob, days=15.1)
    late = await card(site, ann, bob)
    assert (late.reachable, late.why, late.may_write) == (False, "not_seen_lately", True)
    await seen(site, bob)
    await change(site, bob, messaging=False)
    out = await card(site, ann, bob, Connected(bob))
    assert (out.reachable, out.why, out.may_write, out.online) == (False, "opted_out", False, False)
    await change(site, bob, messaging=True)
    assert (await card(site, ann, bob)).reachable


async def test_an_address_is_told_only_where_it_is_needed_and_shared(site: Site, ann: Identity) -> None:
    """Of whoever cannot be reached, shares it, and may be written to."""
    bob, carol = await factories.people(site, "bob", "carol", email="hello@example.org")
    await seen(site, bob)
    assert (await card(site, ann, carol)).email is None
    for one in (bob, carol):
        await change(site, one, shares_email=True)
    assert (await card(site, ann, bob)).email is None
    assert (await card(site, ann, carol)).email == "hello@example.org"
    await change(site, bob, messaging=False)
    assert (await card(site, ann, bob)).email == "hello@example.org"
    staff = await factories.group(site, "Staff", [bob])
    await factories.rule(site, staff, staff)
    for one in (bob, carol):
        assert (await card(site, ann, one)).email is None


async def test_rules(site: Site, ann: Identity) -> None:
    """Everybody is listed; whom the rules close is said to be so, and is not told to be online."""
    bob, carol, dave = await factories.people(site, "bob", "carol", "dave")
    await seen(site, ann, bob, carol, dave)
    pupils = await factories.group(site, "Pupils", [ann])
    teachers = await factories.group(site, "Teachers", [bob])
    parents = await factories.group(site, "Parents", [carol])
    await factories.rule(site, pupils, teachers, "members")
    await factories.rule(site, pupils, parents, "group")
    here = Connected(ann, bob, carol, dave)
    told = [await card(site, ann, one, here) for one in (ann, bob, carol, dave)]
    assert [(one.may_write, one.refused, one.online) for one in told] == [
        (True, None, True),
        (True, None, True),
        (False, "group_only", False),
        (False, "no_rule", False),
    ]
    assert all(one.reachable for one in told)
    assert await names(site, ann, "a") == ["Ann Reader"]


async def test_who_hides_is_not_online(site: Site, ann: Identity) -> None:
    """She can be reached all the same."""
    bob = await factories.person(site, "bob")
    await seen(site, bob)
    assert (await card(site, ann, bob, Connected(bob))).online
    await change(site, bob, hides_presence=True)
    hidden = await card(site, ann, bob, Connected(bob))
    assert (hidden.online, hidden.reachable) == (False, True)


async def test_groups_are_told_to_those_who_may_write_to_them(site: Site, ann: Identity) -> None:
    """As a whole: then who is in them is no secret. Others are missing like those that there are not."""
    bob, carol = await factories.people(site, "bob", "carol")
    chess = await factories.group(site, "Chess club", [bob, carol])
    advice = await factories.group(site, "Advice", [bob])
    pupils = await factories.group(site, "Pupils", [ann])
    assert await names(site, ann, group=advice.id) == ["Bob"]
    await factories.rule(site, pupils, chess, "group")
    await factories.rule(site, pupils, advice, "members")
    assert [one.name for one in await groups.groups_of(site, ann, bob.person_id)] == ["Chess club"]
    assert [one.name for one in await groups.find_groups(site, ann, "c")] == ["Chess club"]
    assert await groups.find_groups(site, ann, "adv") == await groups.find_groups(site, ann, "") == []
    assert await names(site, ann, "ca", group=chess.id) == ["Carol"]
    assert (await groups.group_called(site, ann, chess.id)).name == "Chess club"
    for group in (advice.id, new_id(), "x"):
        with pytest.raises(NotFound):
            await names(site, ann, group=group)
        with pytest.raises(NotFound):
            await groups.group_called(site, ann, group)


async def test_what_both_share(site: Site, ann: Identity) -> None:
    """Discussions that both are in now, newest first, in pages; not those that either has left, nor the others."""
    bob, carol = await factories.people(site, "bob", "carol")
    rooms = [await factories.discussion(site, ann, [bob], subject=f"Number {n}") for n in range(3)]
    await factories.discussion(site, ann, [carol], subject="Not with Bob")
    await factories.discussion(site, carol, [bob], subject="Not with Ann")
    left = await factories.discussion(site, bob, [ann, carol], subject="Left by Bob")
    await participants.stop(site, bob, left)
    first = await acquaintance(site, ann, NOBODY, bob.person_id, limit=2)
    assert [row.subject for row in first.discussions.items] == ["Number 2", "Number 1"]
    second = await acquaintance(site, ann, NOBODY, bob.person_id, limit=2, cursor=first.discussions.next)
    assert [row.subject for row in second.discussions.items] == ["Number 0"]
    assert second.discussions.next is None
    await participants.stop(site, ann, rooms[2])
    now = await acquaintance(site, ann, NOBODY, bob.person_id)
    assert [row.subject for row in now.discussions.items] == ["Number 1", "Number 0"]
    assert (await acquaintance(site, ann, NOBODY, ann.person_id)).discussions.items == []
