"""What somebody sets for herself, and who is told of it."""

from typing import Any

import pytest

from app import directory, own_settings
from app.discussions import mark_read, mark_unread, overview
from app.errors import InvalidInput
from app.events import Event, PersonChanged, ReadMoved
from app.site import Identity, Site
from tests import factories
from tests.meeting import NOBODY

NEW: dict[str, Any] = {
    "name": "Ann-Marie Lécuyer",
    "language": "fr",
    "time_zone": "America/Montreal",
    "theme": "dark",
    "sending_key": "ctrl-enter",
    "shortcuts": False,
    "read_receipts": False,
    "messaging": False,
    "hides_presence": True,
    "shares_email": True,
}


async def test_everything_can_be_set_and_is_kept(site: Site, people: list[Identity]) -> None:
    """What was set is there afterwards; the others have theirs as before."""
    alice, bob, *_ = people
    others = await own_settings.show(site, bob)
    changed = await own_settings.change(site, alice, **NEW)
    assert {name: getattr(changed, name) for name in NEW} == NEW
    assert await own_settings.show(site, alice) == changed
    assert await own_settings.show(site, bob) == others


async def test_what_is_not_named_stays(site: Site, people: list[Identity]) -> None:
    """One setting at a time."""
    alice = people[0]
    before = await own_settings.show(site, alice)
    await own_settings.change(site, alice, theme="dark")
    after = await own_settings.show(site, alice)
    assert (before.theme, after.theme) == ("", "dark")
    assert before.name == after.name == "Alice"


async def test_who_is_renamed_is_found_by_her_new_name(site: Site, people: list[Identity]) -> None:
    """And no longer by the old one; always by her login."""
    alice, bob, *_ = people
    await own_settings.change(site, alice, name="  Zoé   Durand ")
    for q, found in (("dur", ["Zoé Durand"]), ("zoe", ["Zoé Durand"]), ("alice", ["Zoé Durand"])):
        assert [card.name for card in (await directory.find(site, bob, NOBODY, q)).items] == found


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "Alix", True),
        ("messaging", False, True),
        ("hides_presence", True, True),
        ("theme", "dark", False),
        ("messaging", True, False),
    ],
)
async def test_others_are_told_where_they_see_her_otherwise(
    site: Site, site_events: list[Event], people: list[Identity], field: str, value: Any, told: bool
) -> None:
    """Not of how her own pages look, nor where nothing changed."""
    site_events.clear()
    await own_settings.change(site, people[0], **{field: value})
    assert site_events == ([PersonChanged(people[0].person_id)] if told else [])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", " ", "empty"),
        ("name", "x" * 201, "too_long"),
        ("name", "A\0B", "invalid"),
        ("name", "A\u202eB", "invalid"),
        ("language", "de", "unknown"),
        ("time_zone", "Europe/Nowhere", "unknown"),
        ("time_zone", "../../etc/passwd", "unknown"),
        ("time_zone", "", "unknown"),
        ("theme", "pink", "unknown"),
        ("sending_key", "shift", "unknown"),
        ("messaging", "no", "invalid"),
    ],
)
async def test_what_cannot_be_set_is_named_and_nothing_changes(
    site: Site, people: list[Identity], field: str, value: Any, code: str
) -> None:
    """One wrong field, and the others are not set either."""
    alice = people[0]
    before = await own_settings.show(site, alice)
    with pytest.raises(InvalidInput) as refused:
        await own_settings.change(site, alice, **{"shortcuts": False, field: value})
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]
    assert await own_settings.show(site, alice) == before


def test_every_zone_that_is_offered_is_taken() -> None:
    """The list to choose from holds hundreds, none of them twice."""
    zones = own_settings.time_zones()
    assert {"Europe/Paris", "America/Montreal", "America/Toronto", "UTC"} <= set(zones)
    assert len(set(zones)) == len(zones) > 300


async def test_how_far_she_has_read_is_told_unless_she_wants_it_otherwise(
    site: Site, site_events: list[Event], people: list[Identity]
) -> None:
    """From the moment in which she says so, neither the live door nor a page tells; and both do again when she does."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])

    async def told_of_reading() -> tuple[bool, int]:
        """Whether others hear of it live, and what the page shows them."""
        site_events.clear()
        await mark_read(site, bob, room, 1)
        (moved,) = [event for event in site_events if isinstance(event, ReadMoved)]
        shown = {one.id: one.read_seq for one in (await overview(site, alice, room)).participants}
        await mark_unread(site, bob, room, 1)
        return moved.told, shown[bob.person_id]

    assert await told_of_reading() == (True, 1)
    await own_settings.change(site, bob, read_receipts=False)
    assert await told_of_reading() == (False, 0)
    assert (await overview(site, bob, room)).own.read_seq == 0, "she has just marked it as unread"
    await own_settings.change(site, bob, read_receipts=True)
    assert await told_of_reading() == (True, 1)
