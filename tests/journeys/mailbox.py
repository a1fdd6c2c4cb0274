"""What one sees of a box, and does with its rows."""

from collections.abc import Sequence
from typing import Any

from playwright.async_api import Locator, Page

from tests import factories
from tests.journeys.place import Place, Visitor


async def with_rooms(place: Place, number: int, **options: Any) -> tuple[Visitor, Sequence[str]]:
    """Somebody with as many unread discussions in her inbox, the oldest first."""
    alice, bob = await place.visitor("Alice", **options), await place.person("Bob")
    rooms = [
        await factories.discussion(place.site, bob, [alice.who], subject=f"Room {n}") for n in range(number)
    ]
    return alice, rooms


async def send_to(writer: Visitor, reader: Visitor) -> str:
    """A message that is told to all tabs; gives back the discussion."""
    ask, url = writer.context.request, writer.line.url
    headers = {"Origin": url}
    message = {"subject": "News", "body": "Look", "to": [{"person": reader.who.person_id}]}
    draft = await (await ask.post(f"{url}/api/messages", data=message, headers=headers)).json()
    answer = await ask.post(f"{url}/api/messages/{draft['id']}/send", headers=headers)
    assert answer.ok, await answer.text()
    return str(draft["id"])


def row(tab: Page, discussion: str) -> Locator:
    return tab.locator(f".row[data-discussion='{discussion}']")


def check(tab: Page, discussion: str) -> Locator:
    return row(tab, discussion).locator(".row-check")


async def order(tab: Page) -> list[str]:
    return list(await tab.locator(".row").evaluate_all("rows => rows.map((row) => row.dataset.discussion)"))
