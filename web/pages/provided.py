"""Signing in through the site's OpenID provider."""

import hmac
from typing import TYPE_CHECKING

import structlog
from limits import RateLimitItemPerMinute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import provided, sign_in
from app.errors import NoAccount, NotFound, RateLimited
from app.sign_in import SignedIn, secret_hash
from web.addresses import client_address
from web.cookies import clear_cookie, host_cookie, is_secure, set_cookie, set_sign_in
from web.identity import anyone
from web.pages.going import go_to, own_address
from web.provider.attempts import COOKIE, KEPT_FOR, Attempt, new_attempt, opened, sealed
from web.provider.errors import ProviderAway, ProviderRefused
from web.rendering import node_of, render, site_of

if TYPE_CHECKING:
    from web.provider.description import Provider

log = structlog.get_logger(__name__)

CALLBACK = "/sign-in/provider/callback"
FAILURES_PER_ADDRESS = RateLimitItemPerMinute(50, 5)
ONCE = RateLimitItemPerMinute(1, 15)
"""How often a state comes back: longer than it could be good for."""


async def begin(request: Request) -> Response:
    """Send the browser to the provider, with what has to come back from there."""
    from web.provider.flow import way_out  # here: sites without a provider start sooner

    site, provider = site_of(request), _provider(request)
    next_ = own_address(request.query_params.get("next", "/"))
    attempt = new_attempt(next_, site.now())
    try:
        address = await way_out(provider, site.settings, attempt, _own(request, CALLBACK))
    except ProviderAway as error:
        return await _failed(request, "away", error)
    response = RedirectResponse(address, 303)
    kept = sealed(site.settings, attempt)
    set_cookie(response, request.scope, COOKIE, kept, seconds=round(KEPT_FOR.total_seconds()))
    return response


async def come_back(request: Request) -> Response:
    """Sign in whoever the provider says that it is, if it says so to the browser that asked."""
    site, provider, address = site_of(request), _provider(request), client_address(request.scope)
    await site.throttle.check(FAILURES_PER_ADDRESS, "provider_address", address)
    try:
        attempt = await _attempt(request)
        signed_in = await _entered(request, provider, attempt, address)
    except (ProviderRefused, NoAccount) as error:
        await site.throttle.spend(FAILURES_PER_ADDRESS, "provider_address", address)
        return await _failed(request, "no_account" if isinstance(error, NoAccount) else "refused", error)
    except ProviderAway as error:
        return await _failed(request, "away", error)
    before = anyone(request)
    if before is not None and before.via == "session":
        await sign_in.sign_out(site, before)
    response = go_to(attempt.next)
    set_sign_in(response, request.scope, signed_in)
    clear_cookie(response, request.scope, COOKIE)
    return response


async def _attempt(request: Request) -> Attempt:
    """What this browser began, if this is the answer to it, and the first one."""
    site, given = site_of(request), request.query_params
    attempt = opened(site.settings, host_cookie(request, COOKIE), site.now())
    state = given.get("state", "")
    if attempt is None or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise ProviderRefused("another browser, or too late")
    if given.get("iss", site.settings.oidc_issuer) != site.settings.oidc_issuer:
        raise ProviderRefused("another issuer")  # RFC 9207
    try:
        await site.throttle.spend(ONCE, "provider_state", secret_hash(site.settings, state))
    except RateLimited:
        raise ProviderRefused("a state that came back before") from None
    if not given.get("code"):
        raise ProviderRefused("no code")
    return attempt


async def _entered(request: Request, provider: "Provider", attempt: Attempt, address: str) -> SignedIn:
    from web.provider.flow import claims_for

    site = site_of(request)
    code = request.query_params["code"]
    claims = await claims_for(provider, site.settings, attempt, code, _own(request, CALLBACK))
    agent = request.headers.get("user-agent", "")
    return await provided.enter(site, claims, address=address, user_agent=agent)


async def _failed(request: Request, why: str, error: Exception) -> Response:
    # What is logged are our own words, and kinds of errors: nothing that the provider or a browser said.
    log.warning("provider_sign_in_failed", why=why, error=str(error.args[0]) if error.args else "")
    status = {"away": 503, "no_account": 403}.get(why, 400)
    response = await render(request, "provider_failed.html", status=status, why=why)
    clear_cookie(response, request.scope, COOKIE)
    return response


def _provider(request: Request) -> "Provider":
    provider = node_of(request).provider
    if provider is None:
        raise NotFound
    return provider


def _own(request: Request, path: str) -> str:
    scheme = "https" if is_secure(request.scope) else "http"
    return f"{scheme}://{request.headers.get('host', '')}{path}"
