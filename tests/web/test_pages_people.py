"""The directory and a person's page without scripts: whom one finds there, whom one may write to, and why not."""

from app import people
from app.own_settings import change
from app.site import Site
from store.columns import new_id
from tests import factories
from tests.meeting import seen
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient
from tests.web.html import Element, visitor


def _row(page: Element, name: str) -> Element:
    return next(row for row in page.all("live-person") if row.one("a", "name").text == name)


def _writes(row: Element) -> list[str]:
    return [link.attributes["href"] for link in row.all("a", "write")]


async def test_the_logo_is_only_where_one_may_write_and_she_can_be_reached(
    node: RunningNode, site: Site
) -> None:
    """Otherwise a sentence says why, and offers ordinary e-mail where she shares her address."""
    ann, bob, late, out, closed = await factories.people(
        site, "ann", "bob", "late", "out", "closed", email="a&b@example.org"
    )
    await seen(site, ann, bob, out, closed)
    await seen(site, late, days=16)
    await change(site, out, messaging=False, shares_email=True)
    mine = await factories.group(site, "Mine", [ann])
    await factories.rule(site, mine, await factories.group(site, "Others", [bob, late, out]), "members")
    async with visitor(node, ann) as reader:
        page = await reader.open("/people")
        assert _writes(_row(page, "Bob")) == [f"/new?to=person:{bob.person_id}"]
        for name, sentence in (
            ("Late", "This person has not connected for over 15 days."),
            ("Out", "This person does not use the messaging. Write an ordinary e-mail: a&b@example.org"),
            ("Closed", "The rules of this site do not let you write to this person."),
            ("Ann", "This is you."),
        ):
            row = _row(page, name)
            assert _writes(row) == []
            assert row.one("p", "person-note").text == sentence
        mail = _row(page, "Out").one("p", "person-note").one("a")
        assert mail.attributes["href"] == "mailto:a%26b@example.org"
        page = await reader.open(_row(page, "Bob").one("a", "name").attributes["href"])
        link = page.one("header", "person-head").one("a", "button")
        assert link.text == "Send a message"
        page = await reader.open(link.attributes["href"])
        assert [chip.text for chip in page.all("span", "chip-name")] == ["Bob"]
        page = await reader.open(f"/people/{late.person_id}")
        assert (
            page.one("header", "person-head")
            .one("p", "person-note")
            .text.startswith("This person has not connected")
        )
        assert page.one("header", "person-head").all("a") == []


async def test_the_directory_is_a_plain_form(node: RunningNode, site: Site) -> None:
    """First letters find people and groups; more are a link away; a group narrows it, and can be taken off."""
    ann, bob = await factories.people(site, "ann", "bob")
    crowd = await factories.people(site, *(f"mo{number:02}" for number in range(60)))
    parents = await factories.group(site, "Parents 6A", [bob, crowd[0]])
    async with visitor(node, ann) as reader:
        page = await reader.open("/people")
        page = await reader.open("/people?q=%20MO%20")
        assert len(page.all("live-person")) == 50
        page = await reader.open(page.one("a", "older").attributes["href"])
        assert [row.one("a", "name").text for row in page.all("live-person")] == [
            f"Mo{number}" for number in range(50, 60)
        ]
        page = await reader.open("/people?q=par")
        group = page.one("ul", "groups").one("li")
        assert _writes(group) == [f"/new?to=group:{parents.id}"]
        assert group.one("p", "person-note").text == "2 people"
        page = await reader.open(group.one("a", "name").attributes["href"])
        assert [row.one("a", "name").text for row in page.all("live-person")] == ["Bob", "Mo00"]
        page = await reader.open(page.one("a", "search-chip").attributes["href"])
        assert len(page.all("live-person")) == 50
        page = await reader.open("/people?q=nobody")
        assert page.one("p", "empty").text == "Nobody found for “nobody”"
        assert len((await reader.open("/people?q=mo&cursor=nonsense")).all("live-person")) == 50


async def test_what_one_may_not_know_of_is_missing(node: RunningNode, site: Site) -> None:
    """People who are suspended, groups that one may not write to, and what there is not."""
    ann, bob, carol = await factories.people(site, "ann", "bob", "carol")
    secret = await factories.group(site, "Secret", [bob, carol])
    mine = await factories.group(site, "Mine", [ann])
    await factories.rule(site, mine, secret, "members")
    await people.suspend(site, "carol")
    async with visitor(node, ann) as reader:
        for address in (
            f"/people/{carol.person_id}",
            f"/people/{new_id()}",
            "/people/nonsense",
            f"/people?group={secret.id}",
            f"/people?group={new_id()}",
            "/fragments/people/lines?as=nonsense",
        ):
            await reader.open(address)
            assert reader.response.status_code == 404, address
        page = await reader.open(f"/people/{bob.person_id}")
        assert "Secret" not in reader.response.text
        assert page.all("section", **{"aria-labelledby": "person-groups"}) == []
        assert "Secret" not in (await reader.client.get("/people?q=sec")).text
        lines = await reader.client.get(
            f"/fragments/people/lines?as=row&ids={bob.person_id},{carol.person_id},x"
        )
        assert lines.text.count("<live-person") == 1


async def test_shared_discussions_come_in_pages(node: RunningNode, site: Site) -> None:
    """The newest first; what the other one has no part in stays away."""
    ann, bob, carol = await factories.people(site, "ann", "bob", "carol")
    for number in range(25):
        await factories.discussion(site, ann, [bob], subject=f"Number {number}")
    await factories.discussion(site, ann, [carol], subject="Another")
    async with visitor(node, ann) as reader:
        page = await reader.open(f"/people/{bob.person_id}")
        subjects = [one.text for one in page.all("span", "row-subject")]
        page = await reader.open(page.one("a", "older").attributes["href"])
        subjects += [one.text for one in page.all("span", "row-subject")]
        assert subjects == [f"Number {number}" for number in reversed(range(25))]
        page = await reader.open(f"/people/{ann.person_id}")
        assert page.all("span", "row-subject") == []


async def test_who_is_online_is_seen_to_be(node: RunningNode, site: Site) -> None:
    """In the directory, on her page and at home, unless she hides it."""
    ann, bob = await factories.people(site, "ann", "bob")

    client = await LiveClient.welcomed(node.live_url, await factories.token(site, bob))
    async with visitor(node, ann) as reader:
        assert "data-online" in _row(await reader.open("/people"), "Bob").attributes
        assert (await reader.open(f"/people/{bob.person_id}")).one("p", "person-online").text == "Online now"
        assert (await reader.open("/")).one("section", "online").one("a", "name").text == "Bob"
        await change(site, bob, hides_presence=True)
        assert "data-online" not in _row(await reader.open("/people"), "Bob").attributes
        assert (await reader.open(f"/people/{bob.person_id}")).all("p", "person-online") == []
        assert (await reader.open("/")).all("section", "online") == []
    await client.close()
