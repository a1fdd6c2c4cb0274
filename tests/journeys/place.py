"""The site that the journeys happen on, and the people who visit it with a browser."""

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page

from app.drafts import Address
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.journeys.discussing import is_live
from tests.journeys.line import Line
from tests.nodes import ServerProcess
from tests.waiting import PATIENCE

PATIENCE_MS = PATIENCE * 1000
WORRYING = ("Content Security Policy", "Trusted", "Uncaught")


@dataclass
class Visitor:
    """A person with a browser profile of her own. `worries`: what should not have happened in her tabs."""

    who: Identity
    context: BrowserContext
    line: Line
    signed_in: bool
    scripts: bool
    worries: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As others see her."""
        return self.who.name

    async def tab(self, path: str = "/") -> Page:
        """A new tab at `path`, live where scripts run."""
        page = await self.context.new_page()
        await page.goto(self.line.url + path)
        if self.scripts and self.signed_in:
            await is_live(page)
        return page

    async def ask(
        self, method: str, path: str, data: Mapping[str, object] | None = None, **headers: str
    ) -> dict[str, Any]:
        """Ask the API with her sign-in, as a page of hers would, beside all that is open; the answer, if any."""
        answer = await self.context.request.fetch(
            f"{self.line.url}/api/{path}",
            method=method,
            data=data,
            headers={"Origin": self.line.url, **headers},
        )
        assert answer.ok, await answer.text()
        return dict(await answer.json()) if answer.status != 204 and await answer.body() else {}

    def watch(self, page: Page) -> None:
        """Note dialogs, script errors and violations of the content security policy."""
        page.on("dialog", self._dialog)
        page.on("console", self._console)
        page.on("pageerror", self._error)

    async def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            await dialog.accept()
            return
        self.worries.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and any(sign in message.text for sign in WORRYING):
            self.worries.append(message.text)

    def _error(self, error: Error) -> None:
        # Chromium gives up a transition of its own also where no script of the page can hear of it any more.
        if error.message.startswith("Transition was "):
            return
        self.worries.append(f"{error.message}\n{error.stack}")


class Place:
    """A running server with a database that tests may also write to directly, and visitors on its line."""

    def __init__(
        self, process: ServerProcess, database: Database, line: Line, browser: Browser, secret: str
    ) -> None:
        files = process.folder / "var" / "files"
        settings = Settings.model_validate({"rate_limits": "off", "secret": secret, "data": files})
        self.process = process
        self.line = line
        self.site = Site(settings, database, announce=lambda events: None, throttle=Throttle(enabled=False))
        self.surname = "Q" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(6))
        """Nobody else's: names are told apart by it although all journeys share one site. No first name begins so."""
        self.visitors: list[Visitor] = []
        self._browser = browser

    async def person(self, first_name: str, **fields: str) -> Identity:
        """An account named `<first_name> <surname>`."""
        login = f"{first_name}.{self.surname}".lower()
        return await factories.person(self.site, login, name=f"{first_name} {self.surname}", **fields)

    async def group(self, name: str, members: Sequence[Identity]) -> Address:
        """A group named `<name> <surname>`."""
        return await factories.group(self.site, f"{name} {self.surname}", members)

    async def visitor(self, first_name: str, *, language: str = "en", **options: Any) -> Visitor:
        """A new person, signed in in a browser profile of hers; `options` are of the profile."""
        return await self.visit(await self.person(first_name, language=language), **options)

    async def nobody(self) -> Page:
        """A tab of somebody without an account."""
        nobody = Identity("", "", "Nobody", "member", "en", "UTC", "", "session")
        return await (await self.visit(nobody, signed_in=False)).context.new_page()

    async def visit(
        self, who: Identity, *, line: Line | None = None, signed_in: bool = True, **options: Any
    ) -> Visitor:
        """A browser profile for `who`, on a line of her own if given."""
        context = await self._browser.new_context(**{"reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(
            who, context, line or self.line, signed_in, options.get("java_script_enabled", True)
        )
        context.on("page", visitor.watch)
        if signed_in:
            cookies = await factories.signed_in(self.site, who)
            await context.add_cookies(
                [{"name": name, "value": value, "url": visitor.line.url} for name, value in cookies.items()]
            )
        self.visitors.append(visitor)
        return visitor
