"""What is done to the selected rows of a box, or to all that is in it: one form, one request, and a way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app import filing
from app.errors import InvalidInput, NotFound
from app.filing import MOST_NAMED, Deed, Everything
from app.keeping import Action, Was
from app.site import Identity, Site
from web.identity import who
from web.limits import FILING, spend
from web.pages.boxes import counts, query_of, show_with, wanted_in
from web.pages.done import Done, done, how_they_were
from web.rendering import render, site_of

NO_FOLDER = "none"


@dataclass(frozen=True)
class Selection:
    """Which rows: those named, or everything."""

    ids: Sequence[str]
    everything: Everything | None


async def act(request: Request) -> Response:
    """Do it and show the box again, with the way back; ask first where there is none."""
    site, me, box = site_of(request), who(request), request.path_params["box"]
    if not (await counts(site, me)).knows(box):
        raise NotFound
    form = await request.form()
    selection, action = _selected(request, form), _text(form, "action")
    if _text(form, "undo"):
        await spend(site, FILING, me)
        put_back = await filing.put_back(site, me, how_they_were(_text(form, "undo")))
        return await show_with(request, done("undo", put_back.changed))
    if not selection.ids and selection.everything is None:
        return await show_with(request, Done("nothing", 0))
    if action == "ask":
        return await _ask(request, selection)
    deed = _deed(form, action)
    return await show_with(request, done(_name(deed), await _carry_out(site, me, selection, deed)))


async def _ask(request: Request, selection: Selection) -> Response:
    """The question before things are deleted for good."""
    box = request.path_params["box"]
    return await render(
        request,
        "delete.html",
        selection=selection,
        box=box,
        query=query_of(wanted_in(request)),
        is_trash=box == "trash" and selection.everything is not None and not query_of(wanted_in(request)),
    )


async def _carry_out(site: Site, me: Identity, selection: Selection, deed: Deed) -> list[Was]:
    await spend(site, FILING, me)
    if selection.everything is None:
        return (await filing.to_many(site, me, selection.ids, deed)).changed
    changed, cursor = [], None
    while True:
        found = await filing.to_all(site, me, selection.everything, deed, cursor=cursor)
        changed += found.changed
        cursor = found.next
        if cursor is None:
            return changed


def _selected(request: Request, form: FormData) -> Selection:
    ids = [str(each) for each in form.getlist("ids")][:MOST_NAMED]
    if form.get("everything") != "yes":
        return Selection(ids, None)
    box = request.path_params["box"]
    return Selection(ids, Everything(box, _moment(_text(form, "until")), wanted_in(request)))


def _deed(form: FormData, action: str) -> Deed:
    folder = _text(form, "move")
    if folder:
        return Deed("move", None if folder == NO_FOLDER else folder)
    if action == "delete":
        return Deed(None)
    if action in get_args(Action):
        return Deed(cast("Action", action))
    raise InvalidInput


def _name(deed: Deed) -> str:
    return deed.action or "delete"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput from error
    if moment.tzinfo is None:
        raise InvalidInput
    return moment


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, ""))
