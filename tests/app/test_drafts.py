"""Messages in progress: theirs alone, never overwritten by an older save."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.drafts import Address, Draft, DraftFields, among, change, create, discard, get, list_drafts
from app.errors import AlreadySent, InvalidBody, InvalidInput, NotFound, VersionConflict
from app.events import Event, MessageMoved
from app.site import Identity, Site
from tests.factories import discussion, group, people

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
async def circle(site: Site) -> list[Identity]:
    """Ann, Bob and Carol."""
    return await people(site, "ann", "bob", "carol")


def addressed(*people: Identity) -> list[Address]:
    """These people, as one writes to them."""
    return [Address("person", who.person_id) for who in people]


async def test_an_empty_draft_and_its_defaults(site: Site, circle: list[Identity]) -> None:
    """One may save before a word is written."""
    draft = await create(site, circle[0], DraftFields())
    assert (draft.kind, draft.subject, draft.body, draft.to, draft.cc, draft.reply_policy, draft.version) == (
        "message",
        "",
        "",
        [],
        [],
        "everyone",
        1,
    )
    assert await get(site, circle[0], draft.id) == draft


async def test_a_change_sets_what_it_names_and_leaves_the_rest(site: Site, circle: list[Identity]) -> None:
    """Recipients keep the writer's order; a change of `to` leaves `cc` alone."""
    ann, bob, carol = circle
    choir = await group(site, "Choir", [bob])
    draft = await create(
        site,
        ann,
        DraftFields(subject="  Two\n words ", body=" as typed \n", to=[*addressed(carol, bob)], cc=[choir]),
    )
    assert (draft.subject, draft.body) == ("Two words", " as typed \n")
    assert [(r.type, r.name) for r in draft.to] == [("person", "Carol"), ("person", "Bob")]
    changed = await change(site, ann, draft.id, DraftFields(to=addressed(bob, bob)), version=1)
    assert [r.name for r in changed.to] == ["Bob"]
    assert [r.name for r in changed.cc] == ["Choir"]
    assert (changed.subject, changed.version) == ("Two words", 2)
    assert changed == await get(site, ann, draft.id)


async def test_the_older_save_is_refused(site: Site, circle: list[Identity]) -> None:
    """Two tabs on one draft: the second to save learns the current version, and nothing is lost."""
    draft = await create(site, circle[0], DraftFields(body="first"))
    await change(site, circle[0], draft.id, DraftFields(body="second"), version=1)
    with pytest.raises(VersionConflict) as error:
        await change(site, circle[0], draft.id, DraftFields(body="third"), version=1)
    assert error.value.current == 2
    assert (await get(site, circle[0], draft.id)).body == "second"


async def test_of_many_saves_at_once_one_wins(site: Site, circle: list[Identity]) -> None:
    """Whatever the interleaving, versions go up by one."""
    draft = await create(site, circle[0], DraftFields())
    saves = [change(site, circle[0], draft.id, DraftFields(body=str(n)), version=1) for n in range(8)]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(isinstance(outcome, Draft) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 7


async def test_drafts_are_their_authors_alone(site: Site, circle: list[Identity]) -> None:
    """To everybody else, recipients included, a draft does not exist."""
    ann, bob, _ = circle
    draft = await create(site, ann, DraftFields(to=addressed(bob)))
    for attempt in (
        get(site, bob, draft.id),
        change(site, bob, draft.id, DraftFields(), version=1),
        discard(site, bob, draft.id),
        get(site, ann, "0" * 32),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await list_drafts(site, bob)).items == []


async def test_a_sent_message_is_no_draft_any_more(site: Site, circle: list[Identity]) -> None:
    """For its author it is sent; for others it is not there at this door."""
    ann, bob, _ = circle
    sent = await discussion(site, ann, [bob])
    for attempt in (
        get(site, ann, sent),
        change(site, ann, sent, DraftFields(body="other"), version=1),
        discard(site, ann, sent),
    ):
        with pytest.raises(AlreadySent):
            await attempt
    with pytest.raises(NotFound):
        await get(site, bob, sent)
    assert (await list_drafts(site, ann)).items == []


async def test_discarding(site: Site, circle: list[Identity]) -> None:
    """A discarded draft is gone, with how it was addressed."""
    ann, bob, _ = circle
    draft = await create(site, ann, DraftFields(to=addressed(bob)))
    await discard(site, ann, draft.id)
    with pytest.raises(NotFound):
        await get(site, ann, draft.id)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "a\0b"}, "subject"),
        ({"subject": "\ud800"}, "subject"),
        ({"kind": "memo"}, "kind"),
        ({"reply_policy": "some"}, "reply_policy"),
        ({"to": [Address("person", "0" * 32)]}, "to"),
        ({"cc": [Address("group", "0" * 32)]}, "cc"),
        ({"ends_at": NOON}, "ends_at"),
        ({"starts_at": NOON, "ends_at": NOON - timedelta(minutes=1)}, "ends_at"),
        ({"starts_at": NOON.replace(tzinfo=None)}, "starts_at"),
    ],
)
async def test_what_cannot_be_kept_is_named(
    site: Site, circle: list[Identity], fields: dict[str, Any], wrong: str
) -> None:
    """The field is named, and neither creating nor changing stores anything."""
    with pytest.raises(InvalidInput) as error:
        await create(site, circle[0], DraftFields(**fields))
    assert {e.field for e in error.value.errors} == {wrong}
    assert (await list_drafts(site, circle[0])).items == []
    draft = await create(site, circle[0], DraftFields(body="kept"))
    with pytest.raises(InvalidInput):
        await change(site, circle[0], draft.id, DraftFields(**{"body": "lost", **fields}), version=1)
    assert await get(site, circle[0], draft.id) == draft


@pytest.mark.parametrize("body", ["x" * 20_001, "a\0b", "\udfff"])
async def test_a_body_that_cannot_be_kept_is_refused(site: Site, circle: list[Identity], body: str) -> None:
    """Too long, NUL, lone surrogates: the same words as for a reply."""
    with pytest.raises(InvalidBody):
        await create(site, circle[0], DraftFields(body=body))


async def test_a_long_body_and_an_appointment_are_kept_to_the_letter(
    site: Site, circle: list[Identity]
) -> None:
    """20,000 characters outside the basic plane, and times in UTC."""
    fields = DraftFields(body="😀" * 20_000, starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    draft = await create(site, circle[0], fields)
    assert (await get(site, circle[0], draft.id)).body == "😀" * 20_000
    assert (draft.starts_at, draft.ends_at) == (NOON, NOON + timedelta(hours=1))
    without = await change(site, circle[0], draft.id, DraftFields(starts_at=None, ends_at=None), version=1)
    assert (without.starts_at, without.ends_at) == (None, None)


async def test_the_list_goes_on_page_by_page_without_repeats(site: Site, circle: list[Identity]) -> None:
    """Last changed first, each draft once."""
    made = [(await create(site, circle[0], DraftFields(subject=str(n)))).id for n in range(7)]
    await change(site, circle[0], made[0], DraftFields(subject="newest"), version=1)
    seen: list[str] = []
    cursor = None
    while True:
        page = await list_drafts(site, circle[0], cursor=cursor, limit=3)
        seen += [draft.id for draft in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [made[0], *reversed(made[1:])]
    for limit in (0, 101):
        with pytest.raises(InvalidInput):
            await list_drafts(site, circle[0], limit=limit)
    with pytest.raises(InvalidInput):
        await list_drafts(site, circle[0], cursor="nonsense")


async def test_other_tabs_are_told(site: Site, circle: list[Identity], site_events: list[Event]) -> None:
    """What begins, changes and goes; what is refused is told to nobody."""
    ann, bob, _ = circle
    draft = await create(site, ann, DraftFields(subject="New"))
    await change(site, ann, draft.id, DraftFields(subject="Newer"), version=1)
    for refused in (
        change(site, ann, draft.id, DraftFields(subject="Old"), version=1),
        discard(site, bob, draft.id),
    ):
        with pytest.raises((VersionConflict, NotFound)):
            await refused
    assert [one.subject for one in await among(site, ann, [draft.id, "nobody's"])] == ["Newer"]
    assert await among(site, bob, [draft.id]) == []
    await discard(site, ann, draft.id)
    assert site_events == [
        MessageMoved(ann.person_id, draft.id, state) for state in ("draft", "draft", "discarded")
    ]
