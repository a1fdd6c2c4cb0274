"""The rules on who may write to whom: as a matrix while they are few, as a list when they are many."""

from dataclasses import dataclass
from functools import cached_property

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app.administration import groups
from app.errors import FieldError, InvalidInput, NotFound
from app.rulebook import delete_rule, list_rules, set_rule
from app.rules.audience import REACHES, Rule
from app.site import Identity, Site
from store.columns import is_id
from store.people import fold
from web.pages.administration.door import MOST_CHARACTERS, admin, asked
from web.pages.administration.sentences import REACHES as REACH_NAMES
from web.pages.administration.sentences import said
from web.pages.going import go_to
from web.rendering import render, site_of

MOST_CELLS = 400
"""A larger matrix is no longer taken in at a glance, nor is its page: the list stands in its place."""
MOST_CHANGES = 1000
PREFIX = "rule:"


@dataclass(frozen=True)
class Matrix:
    """Rules by the groups that they name: `rows` may write, `columns` are written to; each is (identifier, name)."""

    rules: list[Rule]

    @cached_property
    def rows(self) -> list[tuple[str, str]]:
        """Groups that may write, in the order of the rules."""
        return list(dict.fromkeys((rule.from_id, rule.from_name) for rule in self.rules))

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        """Groups that are written to, by name."""
        return sorted({(rule.to_id, rule.to_name) for rule in self.rules}, key=lambda one: fold(one[1]))

    @property
    def is_small(self) -> bool:
        """Whether it can be shown."""
        return len(self.rows) * len(self.columns) <= MOST_CELLS

    def reach(self, source: str, goal: str) -> str:
        """What a cell says; empty: nothing."""
        return self._reaches.get((source, goal), "")

    @cached_property
    def _reaches(self) -> dict[tuple[str, str], str]:
        return {(rule.from_id, rule.to_id): rule.reach for rule in self.rules}


async def show(request: Request) -> Response:
    """All of them, and a form for a new one."""
    return await _show(request, admin(request))


async def change(request: Request) -> Response:
    """Set a new rule, or whatever cells were changed; what others changed meanwhile stays."""
    me, site, form = admin(request), site_of(request), await request.form()
    try:
        if form.get("action") == "add":
            await _add(site, me, form)
        else:
            await _save(site, me, form)
    except InvalidInput as error:
        return await _show(request, me, form, error)
    return go_to("/admin/rules?view=list&done=yes" if form.get("view") == "list" else "/admin/rules?done=yes")


async def _add(site: Site, me: Identity, form: FormData) -> None:
    sides = []
    for field in ("from", "to"):
        name = str(form.get(field, ""))[:MOST_CHARACTERS].replace("\0", "")
        try:
            sides.append(await groups.named(site, me, name))
        except InvalidInput:
            raise InvalidInput(FieldError(field, "unknown", "There is no group of this name.")) from None
    await set_rule(site, me, sides[0], sides[1], str(form.get("reach", "")))


async def _save(site: Site, me: Identity, form: FormData) -> None:
    """Each cell's name tells what it was when the page was made."""
    for name, value in list(form.multi_items())[:MOST_CHANGES]:
        if not name.startswith(PREFIX) or not isinstance(value, str):
            continue
        source, goal, before = [*name.removeprefix(PREFIX).split(":"), "", "", ""][:3]
        if value == before or not (is_id(source) and is_id(goal)):
            continue
        if value in REACHES:
            await set_rule(site, me, source, goal, value)
        else:
            await _drop(site, me, source, goal)


async def _drop(site: Site, me: Identity, source: str, goal: str) -> None:
    try:
        await delete_rule(site, me, source, goal)
    except NotFound:
        return  # somebody else has done it


async def _show(
    request: Request, me: Identity, form: FormData | None = None, error: InvalidInput | None = None
) -> Response:
    site = site_of(request)
    matrix = Matrix(await list_rules(site, me))
    wanted = form.get("view") if form else asked(request, "view")
    typed = {
        name: str(form.get(name, ""))[:MOST_CHARACTERS] if form else "" for name in ("from", "to", "reach")
    }
    return await render(
        request,
        "administration/rules.html",
        status=422 if error else 200,
        here="rules",
        matrix=matrix,
        as_list=wanted == "list" or not matrix.is_small,
        groups=await groups.names(site, me),
        reaches=REACH_NAMES,
        typed=typed,
        done=asked(request, "done") == "yes",
        problems=said(request, error) if error else [],
        wrong={one.field for one in error.errors} if error else set(),
    )
