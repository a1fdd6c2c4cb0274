"""The browsers and programs that act as somebody."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app import own_sign_ins
from app.errors import InvalidInput, NotFound
from app.own_sign_ins import NewToken
from store.columns import is_id
from web.browsers import browser_of
from web.cookies import clear_sign_in
from web.i18n import mark
from web.identity import who
from web.pages.fields import said
from web.pages.going import go_to
from web.rendering import render, site_of

SENTENCES = {
    ("name", "empty"): mark("Say what the token is for."),
    ("name", "too_long"): mark("A name has at most 100 characters, all of which can be shown."),
    ("name", "too_many"): mark(
        "There are 50 tokens already. End one that is no longer used, then make this one."
    ),
}


async def show(request: Request) -> Response:
    """All of them."""
    return await _show(request)


async def end(request: Request) -> Response:
    """End one; ending this one is signing out."""
    me, sign_in_id = who(request), request.path_params["id"]
    if not is_id(sign_in_id):
        raise NotFound
    await own_sign_ins.end(site_of(request), me, sign_in_id)
    if sign_in_id != me.session_id:
        return go_to("/settings/sessions?ended=1")
    response = go_to("/sign-in")
    clear_sign_in(response, request.scope)
    return response


async def end_others(request: Request) -> Response:
    """End all but this one."""
    ended = await own_sign_ins.end_others(site_of(request), who(request))
    return go_to(f"/settings/sessions?ended={ended}")


async def create_token(request: Request) -> Response:
    """Make a token, and show it this once: the answer is the page itself, which nothing keeps."""
    name = str((await request.form()).get("name", ""))
    try:
        made = await own_sign_ins.create_token(site_of(request), who(request), name)
    except InvalidInput as error:
        return await _show(request, wrong=said(request, SENTENCES, error), name=name, status=422)
    return await _show(request, made=made)


async def _show(
    request: Request,
    *,
    made: NewToken | None = None,
    wrong: dict[str, str] | None = None,
    name: str = "",
    status: int = 200,
) -> Response:
    found = await own_sign_ins.index(site_of(request), who(request))
    ended = request.query_params.get("ended", "") if request.method == "GET" else ""
    context: dict[str, Any] = {
        "browsers": [(one, browser_of(one.user_agent)) for one in found if one.via == "session"],
        "tokens": [one for one in found if one.via == "token"],
        "others": sum(not one.this for one in found),
        "made": made,
        "wrong": wrong or {},
        "name": name,
        "ended": int(ended) if ended.isdecimal() and len(ended) < 6 else None,
        "changed": request.method == "GET" and "changed" in request.query_params,
    }
    return await render(request, "settings_sessions.html", status=status, **context)
