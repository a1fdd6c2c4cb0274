"""What one does on the pages, and what one sees there."""

import re

from playwright.async_api import Locator, Page, expect


async def choose(page: Page, field: str, text: str, name: str) -> None:
    """Find somebody by first letters in the recipient field `field` and take the option called `name`."""
    search = page.locator(f"#{field}-search")
    await search.fill(text)
    await page.get_by_role("option", name=name).click()
    await expect(
        page.locator(f"recipient-field[data-name={field}] .chip-name", has_text=name)
    ).to_be_visible()


async def write(page: Page, text: str) -> None:
    """Type a reply and press Enter."""
    await page.locator("#reply-body").fill(text)
    await page.locator("#reply-body").press("Enter")


def entry(page: Page, text: str) -> Locator:
    """The stored lines whose text is this (a pending reply is none)."""
    return page.locator("li.entry[data-seq] .body", has_text=text)


def pending(page: Page) -> Locator:
    """Replies on their way."""
    return page.locator("li.entry.pending")


async def bodies(page: Page) -> list[str]:
    """The texts in the log, from the first."""
    return [text.strip() for text in await page.locator("li.entry .body").all_inner_texts()]


async def is_live(page: Page) -> None:
    """The page has its stream."""
    await expect(page.locator("connection-state")).to_have_attribute("data-now", "live")


async def badge_shows(page: Page, count: int) -> None:
    """The badge and the tab's title say so."""
    number = page.locator("unread-badge .count")
    if count:
        await expect(number).to_have_text(str(count))
        await expect(number).to_be_visible()
    else:
        await expect(number).to_be_hidden()
    await expect(page).to_have_title(re.compile(rf"^\({count}\) " if count else r"^(?!\()"))
