"""The way to the provider and back: where the browser is sent, and what is made of the code that it brings."""

from typing import Any
from urllib.parse import quote, urlencode

import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app.provided import Claims
from app.settings import Settings
from web.provider.attempts import Attempt
from web.provider.description import Description
from web.provider.description import Provider as Provider
from web.provider.errors import ProviderAway, ProviderRefused

log = structlog.get_logger(__name__)

SCOPE = "openid profile email"
LEEWAY = 60
"""Seconds that the provider's clock may be off."""


async def way_out(provider: Provider, settings: Settings, attempt: Attempt, redirect_uri: str) -> str:
    """The provider's address to which the browser goes. Raises `ProviderAway`."""
    description = await provider.description()
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in description.authorization_endpoint else "?"
    return f"{description.authorization_endpoint}{joint}{urlencode(asked)}"


async def claims_for(
    provider: Provider, settings: Settings, attempt: Attempt, code: str, redirect_uri: str
) -> Claims:
    """Who it is for whom the provider gave this code. Raises `ProviderAway` and `ProviderRefused`."""
    description = await provider.description()
    answer = await _exchange(provider, description, settings, attempt, code, redirect_uri)
    id_token = answer.get("id_token") if isinstance(answer, dict) else None
    if not isinstance(id_token, str):
        raise ProviderRefused("no token")
    token = await _verified(provider, description, id_token)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": description.issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        },
        {
            "nonce": attempt.nonce,
            "client_id": settings.oidc_client_id,
            "access_token": answer.get("access_token"),
        },
    )
    try:
        claims.validate(leeway=LEEWAY)
    except (JoseError, TypeError, ValueError) as error:
        raise ProviderRefused(str(error)) from error
    return _claims(description.issuer, token.claims)


async def _exchange(
    provider: Provider,
    description: Description,
    settings: Settings,
    attempt: Attempt,
    code: str,
    redirect_uri: str,
) -> Any:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }
    identifier, secret = settings.oidc_client_id, settings.oidc_client_secret.get_secret_value()
    if "client_secret_basic" in description.token_endpoint_auth_methods_supported:
        # Both are form-encoded first (RFC 6749, section 2.3.1).
        request: dict[str, Any] = {"auth": (quote(identifier, safe=""), quote(secret, safe=""))}
    else:
        request = {}
        form |= {"client_id": identifier, "client_secret": secret}
    try:
        return await provider.json("POST", description.token_endpoint, data=form, **request)
    except ProviderAway as error:
        if str(error).startswith("status 4"):
            raise ProviderRefused("the code was not taken") from error
        raise


async def _verified(provider: Provider, description: Description, id_token: str) -> jwt.Token:
    """The token, its signature checked with a key of the provider's."""
    keys = await provider.keys()
    try:
        return _decoded(id_token, keys, description)
    except InvalidKeyIdError:
        # The provider may have begun to sign with another key.
        return _decoded_or_refused(id_token, await provider.keys(besides=keys), description)


def _decoded_or_refused(id_token: str, keys: KeySet, description: Description) -> jwt.Token:
    try:
        return _decoded(id_token, keys, description)
    except InvalidKeyIdError as error:
        raise ProviderRefused("an unknown key") from error


def _decoded(id_token: str, keys: KeySet, description: Description) -> jwt.Token:
    try:
        return jwt.decode(id_token, keys, algorithms=description.signatures)
    except InvalidKeyIdError:
        raise
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefused(type(error).__name__) from error


def _claims(issuer: str, found: dict[str, Any]) -> Claims:
    subject = found.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderRefused("no subject")

    def text(name: str) -> str:
        value = found.get(name)
        return value.strip() if isinstance(value, str) else ""

    return Claims(
        issuer=issuer,
        subject=subject,
        email=text("email") if found.get("email_verified") is True else "",
        login=text("preferred_username"),
        name=text("name"),
        language=text("locale")[:2].lower(),
    )
