"""Rules as people meet them: whom they find, why, and what a whole group is."""

import re

import pytest
from playwright.async_api import expect

from tests.app.ruled import rules
from tests.journeys.discussing import is_live, write
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_pupil_finds_whom_she_may_write_to_and_not_others(place_apart: Place) -> None:
    """Her teachers, one by one and with the reason; neither them as a whole, nor pupils, nor parents."""
    place, last = place_apart, place_apart.surname
    lea = await place.visitor("Lea")
    tom, tess, tim = [await place.person(name) for name in ("Tom", "Tess", "Tim")]
    await place.group("6A", [lea.who, tim])
    await place.group("Teachers", [tom])
    await place.group("Tigers", [tess])
    await rules(place.site, f"6A {last} to Teachers {last}: members")
    tab = await lea.tab("/new")
    search = tab.get_by_role("combobox", name="To")
    await search.press_sequentially("t")
    option = tab.get_by_role("option")
    await expect(option).to_have_count(1)
    await expect(option).to_contain_text(tom.name)
    why = f"Allowed because members of 6A {last} may write to members of Teachers {last}"
    await expect(option).to_have_attribute("title", why)
    await option.click()
    await rules(place.site, f"6A {last} to Tigers {last}: group")
    await tab.get_by_label("Subject", exact=True).fill("Homework")
    await tab.locator("#body").fill("Where is it?")
    await tab.get_by_role("button", name="Send", exact=True).click()
    refusal = f"The rules of this site do not let you write to {tom.name}."
    await expect(tab.locator("#problems")).to_contain_text(refusal)
    await expect(tab.get_by_label("Subject", exact=True)).to_have_value("Homework")


async def test_a_teacher_writes_to_the_parents_of_a_class(place_apart: Place) -> None:
    """To all of them as a whole; a father answers to all, though he may write to nobody by himself."""
    place, last = place_apart, place_apart.surname
    tess, paul = await place.visitor("Tess"), await place.visitor("Paul")
    await place.group("Teachers", [tess.who])
    await place.group("Parents 6A", [paul.who, await place.person("Pia")])
    await rules(place.site, f"Teachers {last} to Parents 6A {last}: group")
    tab = await tess.tab("/new")
    await tab.get_by_role("combobox", name="To").press_sequentially("pa")
    await expect(tab.get_by_role("option")).to_have_count(1)
    await expect(tab.get_by_role("option")).to_contain_text("2 people")
    await tab.get_by_role("option").click()
    await tab.get_by_label("Subject", exact=True).fill("Trip")
    await tab.locator("#body").fill("We leave at eight.")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.get_by_role("log")).to_contain_text("We leave at eight.")
    his = await paul.tab("/boxes/inbox")
    await his.get_by_role("link", name="Trip").first.click()
    await expect(his).to_have_url(re.compile("/discussions/"))
    await is_live(his)
    await write(his, "Thank you.")
    await expect(tab.get_by_role("log")).to_contain_text("Thank you.")
    alone = await paul.tab("/new")
    await alone.get_by_role("combobox", name="To").press_sequentially("te")
    status = alone.locator("recipient-field[data-name=to] .status")
    await expect(status).to_have_text("Nobody found for “te”")
