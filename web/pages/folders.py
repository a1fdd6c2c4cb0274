"""One's own folders: a page that lists them, and one for each to rename, move or delete it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from app import folders
from app.errors import InvalidInput, NotFound
from app.folders import OwnFolder
from app.rules.folders import LEVELS, MOST_CHARACTERS, height, within
from web.i18n import mark
from web.identity import who
from web.limits import FILING, spend
from web.pages.boxes import counts
from web.pages.going import go_to
from web.rendering import render, sentence, site_of

WRONG: Mapping[str, str] = {
    "out_of_bounds": mark("A folder’s name has from 1 to 50 characters."),
    "taken": mark("There is already a folder of this name beside it. Choose another name."),
    "too_deep": mark("Folders lie at most three levels deep. Choose another place."),
    "circle": mark("A folder cannot be put into itself. Choose another place."),
    "too_many": mark("You have as many folders as there may be. Delete one first."),
    "changed": mark("Another folder came into this one meanwhile. Look at it, then delete it again."),
}
UNKNOWN = mark("The folder that this was to be put into no longer exists. Choose another place.")


async def index(request: Request) -> Response:
    """All of them, and a form for a new one."""
    return await _index(request, parent=request.query_params.get("parent", ""))


async def create(request: Request) -> Response:
    """Make one, and go to it."""
    form = await request.form()
    name, parent = str(form.get("name", "")), str(form.get("parent", ""))
    await spend(site_of(request), FILING, who(request))
    try:
        made = await folders.create(site_of(request), who(request), name, parent or None)
    except InvalidInput as error:
        return await _index(request, name, parent, error)
    return go_to(f"/boxes/folder:{made.id}")


async def show(request: Request) -> Response:
    """One folder's name and place, to be changed."""
    folder = await _folder(request)
    return await _edit(request, folder, folder.name, folder.parent or "")


async def change(request: Request) -> Response:
    """Rename it, or put it elsewhere."""
    folder, form = await _folder(request), await request.form()
    name, parent = str(form.get("name", "")), str(form.get("parent", ""))
    await spend(site_of(request), FILING, who(request))
    try:
        await folders.change(site_of(request), who(request), folder.id, name=name, parent=parent or None)
    except InvalidInput as error:
        return await _edit(request, folder, name, parent, error)
    return go_to(f"/boxes/folder:{folder.id}")


async def ask_to_delete(request: Request) -> Response:
    """What deleting a folder means, before one does it."""
    return await _ask(request, await _folder(request))


async def delete(request: Request) -> Response:
    """Delete it with those in it; what they hold is in the trash."""
    await spend(site_of(request), FILING, who(request))
    try:
        await folders.delete(site_of(request), who(request), request.path_params["id"])
    except InvalidInput as error:
        return await _ask(request, await _folder(request), error)
    return go_to("/folders")


async def _index(
    request: Request, name: str = "", parent: str = "", error: InvalidInput | None = None
) -> Response:
    shelves = await counts(site_of(request), who(request))
    return await render(
        request,
        "folders.html",
        status=422 if error else 200,
        counts=shelves,
        name=name,
        parent=parent,
        parents=_parents(shelves.folders),
        most=MOST_CHARACTERS,
        error=_said(request, error),
    )


async def _edit(
    request: Request, folder: OwnFolder, name: str, parent: str, error: InvalidInput | None = None
) -> Response:
    shelves = await counts(site_of(request), who(request))
    return await render(
        request,
        "folder.html",
        status=422 if error else 200,
        counts=shelves,
        folder=folder,
        name=name,
        parent=parent,
        parents=_parents(shelves.folders, folder),
        most=MOST_CHARACTERS,
        error=_said(request, error),
    )


async def _ask(request: Request, folder: OwnFolder, error: InvalidInput | None = None) -> Response:
    status = 409 if error else 200
    return await render(
        request, "delete_folder.html", status=status, folder=folder, error=_said(request, error)
    )


async def _folder(request: Request) -> OwnFolder:
    tree = await folders.tree(site_of(request), who(request))
    found = next((one for one in tree if one.id == request.path_params["id"]), None)
    if found is None:
        raise NotFound
    return found


def _parents(tree: list[OwnFolder], moved: OwnFolder | None = None) -> list[OwnFolder]:
    """The folders that another one may be put into: not too deep with all that lies in it, and none of these."""
    parents = {one.id: one.parent for one in tree}
    inside = within(parents, moved.id) if moved else []
    levels = height(parents, moved.id) if moved else 1
    return [one for one in tree if one.level + levels <= LEVELS and one.id not in inside]


def _said(request: Request, error: InvalidInput | None) -> str | None:
    """Why it could not be done, in the language of who reads."""
    if error is None:
        return None
    return sentence(request, WRONG.get(error.errors[0].code, UNKNOWN) if error.errors else UNKNOWN)
