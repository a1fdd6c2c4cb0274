"""What one sees of a box, and does with its rows."""

from collections.abc import Sequence
from typing import Any

from playwright.async_api import Locator, Page

from tests import factories
from tests.journeys.place import Place, Visitor
from tests.waiting import wait_for


async def with_rooms(place: Place, number: int, **options: Any) -> tuple[Visitor, Sequence[str]]:
    """Somebody with as many unread discussions in her inbox, the oldest first."""
    alice, bob = await place.visitor("Alice", **options), await place.person("Bob")
    rooms = [
        await factories.discussion(place.site, bob, [alice.who], subject=f"Room {n}") for n in range(number)
    ]
    return alice, rooms


async def send_to(writer: Visitor, reader: Visitor) -> str:
    """A message that is told to all tabs; gives back the discussion."""
    message = {"subject": "News", "body": "Look", "to": [{"person": reader.who.person_id}]}
    draft = str((await writer.ask("POST", "messages", message))["id"])
    await writer.ask("POST", f"messages/{draft}/send")
    return draft


def row(tab: Page, discussion: str) -> Locator:
    return tab.locator(f".row[data-discussion='{discussion}']")


def check(tab: Page, discussion: str) -> Locator:
    return row(tab, discussion).locator(".row-check")


async def in_order(tab: Page, discussions: Sequence[str]) -> None:
    """The box comes to show exactly these rows, from the top."""
    show = "rows => rows.map((row) => row.dataset.discussion)"

    async def shown() -> bool:
        return bool(await tab.locator(".row").evaluate_all(show) == list(discussions))

    await wait_for(shown, f"the rows are {discussions}")
