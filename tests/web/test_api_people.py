"""The directory, a person and the delivery report by the API, each answer held against its description."""

from app import discussions
from app.own_settings import change
from app.site import Site
from tests import factories
from tests.meeting import seen
from tests.nodes import RunningNode
from tests.web.described import api


async def test_the_directory(node: RunningNode, site: Site) -> None:
    """In pages; with whether one may write to her, whether she can be reached, and her address where it helps."""
    ann, bob, carol = await factories.people(site, "ann", "bob", "carol", email="x@example.org")
    await seen(site, ann, bob)
    await change(site, carol, messaging=False, shares_email=True)
    async with await api(node, ann) as client:
        first = (await client.get("/api/people", params={"limit": 2})).json()
        assert [one["name"] for one in first["items"]] == ["Ann", "Bob"]
        rest = (await client.get("/api/people", params={"limit": 2, "cursor": first["next"]})).json()
        assert rest == {
            "items": [
                {
                    "id": carol.person_id,
                    "name": "Carol",
                    "reachable": False,
                    "why": "opted_out",
                    "may_write": False,
                    "refused": None,
                    "email": "x@example.org",
                    "online": False,
                }
            ],
            "next": None,
        }
        assert (await client.get("/api/people", params={"cursor": "nonsense"})).status_code == 422
        assert (await client.get("/api/people", params={"group": bob.person_id})).status_code == 404


async def test_a_person(node: RunningNode, site: Site) -> None:
    """Her card, her groups, and what both share."""
    ann, bob = await factories.people(site, "ann", "bob")
    await factories.group(site, "Readers", [bob])
    room = await factories.discussion(site, ann, [bob])
    async with await api(node, ann) as client:
        told = (await client.get(f"/api/people/{bob.person_id}")).json()
        assert told["person"]["name"] == "Bob"
        assert [group["name"] for group in told["groups"]] == ["Readers"]
        assert [row["id"] for row in told["discussions"]["items"]] == [room]


async def test_delivery(node: RunningNode, site: Site) -> None:
    """For the author alone."""
    ann, bob = await factories.people(site, "ann", "bob")
    room = await factories.discussion(site, ann, [bob])
    address = f"/api/discussions/{room}/delivery"
    async with await api(node, ann) as client, await api(node, bob) as other:
        assert (await client.get(address)).json()["received"] == 1
        await discussions.mark_read(site, bob, room, 1)
        told = (await client.get(address, params={"state": "opened"})).json()
        assert told["items"] == [
            {"id": bob.person_id, "name": "Bob", "state": "opened", "why": None, "inside": True}
        ]
        assert (await other.get(address)).status_code == 403
        assert (await client.get(address, params={"cursor": "x"})).status_code == 422


async def test_the_recipient_field_says_who_was_not_seen_lately(node: RunningNode, site: Site) -> None:
    """She is offered all the same: what is written to her waits for her."""
    ann, bob, carol = await factories.people(site, "ann", "bob", "carol")
    await seen(site, bob)
    await seen(site, carol, days=20)
    async with await api(node, ann) as client:
        found = (await client.get("/api/recipients")).json()["items"]
        assert [(one["name"], one["why"]) for one in found] == [("Bob", None), ("Carol", "not_seen_lately")]
