"""What pages say of the rules: whom one may write to and why, who is refused and why, in both languages."""

import pytest

from app.drafts import Address, DraftFields, create
from app.site import Identity, Site
from tests import factories
from tests.app.ruled import rules
from tests.nodes import RunningNode
from tests.web.html import Element, visitor

School = dict[str, Identity]


@pytest.fixture
async def school(site: Site) -> School:
    """A pupil, a teacher, and a guest who is in no group."""
    made = await factories.people(site, "lea", "tom", "guest")
    await factories.group(site, "6A", made[:1])
    await factories.group(site, "Staff", made[1:2])
    return {who.login: who for who in made}


def problems(page: Element) -> str:
    """What is wrong, as the page says it."""
    return page.one(id="problems").text


async def test_refusals_say_why(node: RunningNode, site: Site, school: School) -> None:
    """Each recipient who may not be written to so has a sentence of her own, and what was typed is kept."""
    staff = await factories.group(site, "Staff", [school["tom"]])
    values = [f"person:{school['tom'].person_id}", f"person:{school['guest'].person_id}"]
    async with visitor(node, school["lea"]) as writer:
        page = await writer.open("/new")
        await rules(site, "6A to Staff: group")
        page = await writer.submit(
            page.one("form", "message-form"), "send", subject="Trip", body="Hello.", to=values
        )
        assert "You may not write to Tom alone, only to Staff as a whole." in problems(page)
        assert "The rules of this site do not let you write to Guest." in problems(page)
        assert page.one("input", id="subject").attributes["value"] == "Trip"
        draft = await drafted(site, school["lea"], staff, separately=True)
        page = await writer.open(f"/drafts/{draft}")
        page = await writer.submit(page.one("form", "message-form"), "send")
        assert "not to each member separately" in problems(page)
        await rules(site, "6A to Staff: members")
        page = await writer.submit(page.one("form", "message-form"), "send")
        assert "You may write to members of Staff one by one, not to the group as a whole." in problems(page)


async def drafted(site: Site, who: Identity, to: Address, *, separately: bool) -> str:
    """A draft."""
    fields = DraftFields(subject="Trip", body="Hello.", to=[to], separately=separately)
    return (await create(site, who, fields)).id


async def test_a_new_message_is_addressed_only_as_far_as_one_may(
    node: RunningNode, site: Site, school: School
) -> None:
    """Who may not be written to is left out of `?to=`, and the page says why."""
    await rules(site, "6A to Staff: members")
    address = f"/new?to=person:{school['tom'].person_id}&to=person:{school['guest'].person_id}"
    async with visitor(node, school["lea"], "fr") as writer:
        page = await writer.open(address)
        assert writer.response.status_code == 200
        assert [chip.text for chip in page.all("span", "chip-name")] == ["Tom"]
        assert problems(page) == "Les règles de ce site ne vous permettent pas d’écrire à Guest."
        await writer.open(f"/new?to=person:{school['tom'].person_id}")
        assert not writer.page.all(id="problems")


async def test_what_is_found_says_why(node: RunningNode, site: Site, school: School) -> None:
    """Without scripts, too, each option tells by which rule she may be written to."""
    await rules(site, "6A to Staff: both")
    async with visitor(node, school["lea"]) as writer:
        page = await writer.submit(
            (await writer.open("/new")).one("form", "message-form"), "search", to_search="t"
        )
        [tom] = page.one("fieldset", "choices").all("label", "option")
        assert tom.attributes["title"] == "Allowed because members of 6A may write to members of Staff"
        page = await writer.submit(page.one("form", "message-form"), "search", to_search="staff")
        [staff] = page.one("fieldset", "choices").all("label", "option")
        assert staff.attributes["title"] == "Allowed because members of 6A may write to Staff as a whole"
        page = await writer.submit(page.one("form", "message-form"), "search", to_search="guest")
        assert page.one("fieldset", "choices").text == "Nobody found for “guest”"
