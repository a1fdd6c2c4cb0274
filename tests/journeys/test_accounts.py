"""Coming into an account, and keeping it: first start, invitation, provider, sessions, settings."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from app.inviting import invite
from app.own_settings import show
from tests import factories
from tests.journeys.conftest import PlaceFactory
from tests.journeys.discussing import is_live
from tests.journeys.place import Place
from tests.openid_process import OpenIdProvider

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW = "a password of one's own"


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    """A provider that knows somebody by her address."""
    provider = OpenIdProvider()
    provider.start()
    provider.tell(person={"sub": "1", "email": "flora@example.org", "email_verified": True})
    yield provider
    provider.stop()


async def choose(tab: Page, first: str = "#password", again: str = "#again") -> None:
    """Type a new password twice."""
    await tab.locator(first).fill(NEW)
    await tab.locator(again).fill(NEW)


async def sign_in(tab: Page, login: str, password: str) -> None:
    """By the form."""
    await tab.locator("#login").fill(login)
    await tab.locator("#password").fill(password)
    await tab.locator("#password").press("Enter")


async def test_the_first_start(place_factory: PlaceFactory) -> None:
    """On a new site every page leads to it; whoever begins is in, administers, and signs in again later."""
    place = await place_factory()
    tab = await place.nobody()
    await tab.goto(f"{place.line.url}/boxes/inbox")
    await expect(tab).to_have_url(f"{place.line.url}/first-start")
    await tab.locator("#login").fill("root")
    await tab.locator("#name").fill("Élodie Martin")
    await tab.locator("#password").fill("short")
    await tab.locator("#again").fill("short")
    await tab.get_by_role("button", name="Begin").click()
    await expect(tab.locator("#password-wrong")).to_contain_text("at least 10 characters")
    await expect(tab.locator("#name")).to_have_value("Élodie Martin")
    await choose(tab)
    await tab.get_by_label("Français").check()
    await tab.get_by_role("button", name="Begin").click()
    await is_live(tab)
    await expect(tab.locator("html")).to_have_attribute("lang", "fr")
    await tab.locator(".menu summary").click()
    await expect(tab.locator("a[href='/admin']")).to_be_visible()
    await tab.locator("form[action='/sign-out'] button").click()
    await sign_in(tab, "root", NEW)
    await is_live(tab)
    await tab.goto(f"{place.line.url}/first-start")
    await expect(tab.locator(".status")).to_have_text("404")


async def test_an_invitation(place: Place) -> None:
    """The link leads to a page on which the password is chosen; it is good once, and nowhere to be seen after it."""
    flora = await place.person("Flora")
    link = await invite(place.site, None, flora.person_id)
    guest = await place.visit(flora, signed_in=False)
    tab = await guest.context.new_page()
    await tab.goto(place.line.url + link.path)
    await expect(tab).to_have_url(f"{place.line.url}/welcome")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Choose your password")
    await expect(tab.locator("#login")).to_have_value(flora.login)
    await choose(tab)
    await tab.locator("#again").press("Enter")
    await is_live(tab)
    await expect(tab.locator("body")).to_have_attribute("data-person", flora.person_id)
    assert link.secret not in await tab.evaluate("document.referrer + JSON.stringify(history.state)")
    await tab.goto(place.line.url + link.path)
    await expect(tab.get_by_role("heading", level=1)).to_have_text("This link is not good any more")


async def test_a_link_is_copied_and_followed(place: Place) -> None:
    """An admin makes it and copies it with one button; a person's new token is copied in the same way."""
    flora, ada = await place.person("Flora"), await place.visit(await place.person("Ada", role="admin"))
    await ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = await ada.tab(f"/admin/people/{flora.person_id}")
    await tab.locator("button[value=invite]").click()
    await tab.get_by_role("button", name="Copy").click()
    await expect(tab.locator("copy-text [role=status]")).to_have_text("Copied")
    link = await tab.evaluate("navigator.clipboard.readText()")
    assert link == await tab.locator("#link").input_value()
    guest = await (await place.visit(flora, signed_in=False)).context.new_page()
    await guest.goto(link)
    await expect(guest.locator("#login")).to_have_value(flora.login)
    await tab.goto(f"{place.line.url}/settings/sessions")
    await tab.locator("#name").fill("A bot")
    await tab.get_by_role("button", name="Make a token").click()
    await tab.get_by_role("button", name="Copy").click()
    await expect(tab.locator("copy-text [role=status]")).to_have_text("Copied")
    assert await tab.evaluate("navigator.clipboard.readText()") == await tab.locator("#secret").inner_text()


async def test_in_through_the_provider(place_factory: PlaceFactory, provider: OpenIdProvider) -> None:
    """One button, and she lands where she wanted to go; where nobody is known, the page says what to do."""
    settings = {f"PARLEY_{name.upper()}": value for name, value in provider.settings.items()}
    place = await place_factory(**settings)
    flora = await place.person("Flora", email="flora@example.org")
    guest = await place.visit(flora, signed_in=False)
    tab = await guest.context.new_page()
    await tab.goto(f"{place.line.url}/settings")
    await expect(tab.locator("#password")).to_be_visible()
    await tab.get_by_role("link", name="Sign in with School").click()
    await expect(tab).to_have_url(f"{place.line.url}/settings")
    await is_live(tab)
    await expect(tab.locator("body")).to_have_attribute("data-person", flora.person_id)
    provider.tell(person={"sub": "2", "email": "nobody@example.org", "email_verified": True})
    other = await (await place.visit(flora, signed_in=False)).context.new_page()
    await other.goto(f"{place.line.url}/sign-in")
    await other.get_by_role("link", name="Sign in with School").click()
    await expect(other.get_by_role("heading", level=1)).to_have_text("You are not signed in")
    await expect(other.locator("main")).to_contain_text("there is no account for you here")


async def test_ending_another_sign_in(place: Place) -> None:
    """The browser that was forgotten elsewhere leaves its page at once, whatever was on it."""
    flora = await place.visitor("Flora")
    room = await factories.discussion(place.site, flora.who, [await place.person("Gus")], "Our secret.")
    forgotten = await place.visit(flora.who)
    there, writing = await forgotten.tab(f"/discussions/{room}"), await forgotten.tab("/new")
    await writing.locator("#body").fill("half a message")
    here = await flora.tab("/settings/sessions")
    await expect(here.locator(".sign-ins > li")).to_have_count(2)
    await expect(here.locator(".sign-ins > li").first).to_contain_text("This browser")
    await here.get_by_role("button", name=re.compile("End the sign-in of")).click()
    await expect(here.get_by_text("1 sign-in has ended.")).to_be_visible()
    for tab in (there, writing):
        await expect(tab.locator("#password")).to_be_visible()
        await expect(tab.get_by_text("Our secret.")).to_have_count(0)
        await tab.go_back()
        await expect(tab.get_by_text("Our secret.")).to_have_count(0)
    await is_live(here)


async def test_changing_the_password_keeps_this_browser_alone(place: Place) -> None:
    """Every tab here goes on; the other browser is out."""
    flora = await place.visitor("Flora")
    forgotten = await place.visit(flora.who)
    there, beside = await forgotten.tab("/boxes/inbox"), await flora.tab("/boxes/sent")
    here = await flora.tab("/settings/password")
    await here.locator("#old").fill(factories.PASSWORD)
    await choose(here, "#new")
    await here.locator("#again").press("Enter")
    await expect(here.get_by_text("Your password is changed.")).to_be_visible()
    await expect(there.locator("#password")).to_be_visible()
    await is_live(here)
    await expect(beside.locator("connection-state")).to_have_attribute("data-now", "live")
    await expect(beside.locator("connection-state")).to_be_hidden()


async def test_the_settings_in_french(place: Place) -> None:
    """Name, zone, theme and what others see; without reading the documentation."""
    flora = await place.visitor("Flora", language="fr")
    tab = await flora.tab()
    await tab.locator(".menu summary").click()
    await tab.get_by_role("link", name="Réglages").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Réglages")
    await tab.get_by_label("Nom, tel que les autres le voient").fill("Flora Nouvelle")
    await tab.get_by_label("Fuseau horaire").fill("nulle part")
    await tab.get_by_role("button", name="Enregistrer").click()
    await expect(tab.locator("#time_zone-wrong")).to_contain_text("Aucun fuseau horaire")
    await tab.get_by_label("Fuseau horaire").fill("Tokyo")
    await tab.get_by_label("Sombre").check()
    await tab.get_by_label("Les autres voient jusqu’où j’ai lu").uncheck()
    await tab.get_by_role("button", name="Enregistrer").click()
    await expect(tab.get_by_text("Vos réglages sont enregistrés.")).to_be_visible()
    await expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(tab.locator(".menu summary")).to_contain_text("Flora Nouvelle")
    own = await show(place.site, flora.who)
    assert (own.name, own.time_zone, own.theme, own.read_receipts) == (
        "Flora Nouvelle",
        "Asia/Tokyo",
        "dark",
        False,
    )
