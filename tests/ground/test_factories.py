"""The people that other tests work with."""

from app.discussions import entries
from app.recipients import find_recipients
from app.sign_in import identify
from app.site import Site
from tests.factories import discussion, group, people, person, signed_in, token


async def test_person_is_as_asked_for(site: Site) -> None:
    """Fields of the import reach the person."""
    alice = await person(site, "alice", name="Alice Martin", role="announcer", language="fr")
    assert (alice.name, alice.role, alice.language) == ("Alice Martin", "announcer", "fr")


async def test_group_can_be_written_to(site: Site) -> None:
    """A group of two people is offered with its size."""
    alice, bob = await people(site, "alice", "bob")
    teachers = await group(site, "Teachers", [alice, bob])
    offered = await find_recipients(site, alice, "teach")
    assert [(option.type, option.id, option.detail) for option in offered] == [("group", teachers.id, "2")]


async def test_signed_in_is_known_by_cookie_and_token(site: Site) -> None:
    """The cookie of a sign-in and an access token both lead to the person."""
    alice = await person(site, "alice")
    cookies = await signed_in(site, alice)
    by_cookie = await identify(site, cookie=cookies["parley"])
    by_token = await identify(site, bearer=await token(site, alice))
    assert by_cookie
    assert by_token
    assert by_cookie.person_id == by_token.person_id == alice.person_id


async def test_discussion_is_in_the_room_of_its_people(site: Site) -> None:
    """A discussion written to a group and a person is what each of them reads."""
    alice, bob, carol = await people(site, "alice", "bob", "carol")
    teachers = await group(site, "Teachers", [alice, bob])
    room = await discussion(site, alice, [teachers, carol], "Good morning.")
    for reader in (alice, bob, carol):
        read = await entries(site, reader, room)
        assert [(line.seq, line.body) for line in read.items] == [(1, "Good morning.")]
