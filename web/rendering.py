"""Pages from templates: one environment, and what every template knows about who reads it.

Templates escape by themselves. What is known everywhere: `view` (see `View`), and for sentences `_`, `pgettext`,
`ngettext` and `plural_forms`.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app import mailbox
from app.forgotten import Forgotten
from app.markdown import plain_excerpt
from app.own_settings import SENDING_KEYS, THEMES
from app.site import Identity, Site
from store.columns import utc_now
from web import faces
from web.dates import Dates, zone_called
from web.i18n import LANGUAGES, Language, catalogue, choose_language
from web.identity import anyone
from web.nudge import Nudge, looked_up, said
from web.sizes import file_size
from web.static_files import StaticFiles, static_files

if TYPE_CHECKING:
    from web.node import Node

TEMPLATES = Path(__file__).parent / "templates"
WORTH_COMPRESSING = 1024
THEME_COOKIE = "parley-theme"
VISITORS_ZONE = "Europe/Paris"


class Refusal(Protocol):
    """What an error page tells of an error."""

    @property
    def status(self) -> int: ...
    @property
    def code(self) -> str: ...


@dataclass(frozen=True)
class View:
    """Who reads a page, in which language, zone and theme, and where it is."""

    who: Identity | None
    language: Language
    theme: str | None
    sending_key: str
    shortcuts: bool
    dates: Dates
    static: StaticFiles
    address: str
    """Path and query of the page, to come back to."""
    origin: str
    """The query's `from`: where a submitted form was."""
    unread: int | None
    """Discussions with something unread; None when it is not known."""
    nudge: Nudge | None
    """What is pointed out on this page, if anything."""

    def gettext(self, sentence: str) -> str:
        """A sentence of the catalogue in the reader's language."""
        return catalogue(self.language.code).gettext(sentence)

    @property
    def forget(self) -> str:
        """Which typed text the browser may forget, because the page before has stored or discarded it."""
        return self.origin if self.origin == "new" else ""

    @property
    def languages(self) -> list[Language]:
        """Every language that there is."""
        return list(LANGUAGES.values())

    @property
    def zone_name(self) -> str:
        """The time zone's name, as browsers know it."""
        return str(self.dates.zone)


@cache
def environment() -> Environment:
    """The templates, compiled as they are first used."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        # Templates stay as they are while the server runs: nothing is to be looked up on the disk for a page.
        auto_reload=False,
        cache_size=-1,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        excerpt=plain_excerpt, file_size=file_size, fill=fill, initials=faces.initials, tint=faces.tint
    )
    return made


def node_of(request: Request) -> "Node":
    """The node that answers."""
    node: Node = request.app.state.node
    return node


def site_of(request: Request) -> Site:
    """What the use cases work with, on this node."""
    return node_of(request).site


def view_of(
    request: Request,
    unread: int | None = None,
    now: datetime | None = None,
    waiting: Forgotten | None = None,
) -> View:
    """Who reads what `request` asks for, and how."""
    who = anyone(request)
    language = choose_language(
        request.cookies, request.headers.get("accept-language", ""), who.language if who else None
    )
    theme = who.theme if who else request.cookies.get(THEME_COOKIE)
    query = request.url.query
    dates = Dates(language.locale, zone_called(who.time_zone if who else VISITORS_ZONE), now or utc_now())
    return View(
        who=who,
        language=language,
        theme=theme if theme in THEMES else None,
        sending_key=(who.sending_key if who else "") or SENDING_KEYS[0],
        shortcuts=who is None or who.shortcuts,
        dates=dates,
        static=static_files(),
        address=f"{request.url.path}?{query}" if query else request.url.path,
        origin=request.query_params.get("from", ""),
        unread=unread,
        nudge=said(waiting, dates, catalogue(language.code)) if waiting else None,
    )


async def render(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """The page that `template` makes of `context`; raises `StoreUnavailable` when the unread cannot be counted.

    Where the boxes' `counts` are on the page anyway, the badge shows what they say.
    """
    who = anyone(request)
    site = site_of(request)
    unread: int | None = context["counts"].unread if "counts" in context else None
    if unread is None and who:
        unread = (await mailbox.unread(site, who)).count
    view = view_of(request, unread, site.now(), await looked_up(request, site, who))
    return respond(request, page(template, view, **_of_site(site), **context), status)


def render_part(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A part of a page, for the browser to put in place."""
    site = site_of(request)
    view = view_of(request, now=site.now())
    return respond(request, page(template, view, **_of_site(site), **context), status)


def _of_site(site: Site) -> dict[str, Any]:
    """What templates know of this site's settings."""
    return {"limits": site.settings.file_limits, "reachable_days": site.settings.reachable_days}


def sentence(request: Request, marked: str) -> str:
    """A sentence of the catalogue in the language of who reads."""
    return catalogue(view_of(request).language.code).gettext(marked)


def render_error(request: Request, problem: Refusal) -> Response:
    """The page that tells of an error. It asks the store nothing, which may be what is away."""
    return respond(request, page("error.html", view_of(request), problem=problem), problem.status)


def page(template: str, view: View, **context: Any) -> str:
    """The text of a page."""
    sentences = catalogue(view.language.code)
    return (
        environment()
        .get_template(template)
        .render(
            view=view,
            _=sentences.gettext,
            pgettext=sentences.pgettext,
            ngettext=_counted(sentences),
            plural_forms=_plural_forms(sentences),
            **context,
        )
    )


def respond(request: Request, text: str, status: int = 200) -> Response:
    """An answer that holds `text`, compressed where the browser takes it."""
    content = text.encode()
    headers = {"Vary": "Accept-Encoding, Cookie"}
    if len(content) >= WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, 5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HTMLResponse(content, status, headers)


def fill(sentence: str, **parts: Any) -> Markup:
    """A sentence of the catalogue with its {places} filled; parts that are not markup are escaped."""
    return Markup(escape(sentence)).format(**parts)  # noqa: S704 - escaped just here


def _counted(sentences: GNUTranslations) -> Callable[[str, str, int], str]:
    def ngettext(one: str, other: str, n: int) -> str:
        return sentences.ngettext(one, other, n).format(n=n)

    return ngettext


def _plural_forms(sentences: GNUTranslations) -> Callable[..., Markup]:
    """Both forms of a sentence as attributes, for the browser to choose from when the number changes."""

    def plural_forms(one: str, other: str, about: str = "") -> Markup:
        name = f"data-{about}-" if about else "data-"
        forms = (sentences.ngettext(one, other, 1), sentences.ngettext(one, other, 2))
        return Markup('{0}one="{1}" {0}other="{2}"').format(name, *forms)

    return plural_forms
