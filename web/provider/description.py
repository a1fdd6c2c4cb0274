"""What a provider says of itself: its addresses and its keys, fetched when they are needed and kept for a while."""

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.settings import LOOPBACK
from web.provider.errors import ProviderAway

ANSWERS_WITHIN = 5.0
"""Seconds that a provider has for each answer."""
LARGEST_ANSWER = 256 * 1024
KEPT_FOR = 3600.0
"""Seconds for which a description and keys are good."""
KEYS_ANEW_AFTER = 30.0
"""Seconds before keys are asked for again because of one that is not known: nobody makes us ask all the time."""
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Made with a key that the provider alone has. `none` is none, and `HS…` would take a public key for a secret."""


class Description(msgspec.Struct, frozen=True):
    """A provider's metadata, as far as it is used (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)

    @property
    def signatures(self) -> list[str]:
        """The algorithms that a token may be signed with."""
        return [one for one in SIGNATURES if one in self.id_token_signing_alg_values_supported]


class Provider:
    """One provider, asked over the network; nothing of it blocks others."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._client = httpx.AsyncClient(timeout=ANSWERS_WITHIN, follow_redirects=False, trust_env=False)
        self._asking = asyncio.Lock()
        self._description: tuple[Description, float] | None = None
        self._keys: tuple[KeySet, float] | None = None

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def description(self) -> Description:
        """What the provider says of itself. Raises `ProviderAway`."""
        async with self._asking:
            if self._description is None or _age(self._description[1]) > KEPT_FOR:
                self._description = (await self._ask_description(), time.monotonic())
            return self._description[0]

    async def keys(self, *, besides: KeySet | None = None) -> KeySet:
        """The provider's public keys; `besides` these, which did not help. Raises `ProviderAway`."""
        uri = (await self.description()).jwks_uri
        async with self._asking:
            if self._keys is not None:
                known, since = self._keys
                may_ask = _age(since) > (KEYS_ANEW_AFTER if known is besides else KEPT_FOR)
            if self._keys is None or may_ask:
                self._keys = (_public_keys(await self.json("GET", uri)), time.monotonic())
            return self._keys[0]

    async def json(self, method: str, url: str, **request: Any) -> Any:
        """What an address of the provider's answers, within bounds of time and size. Raises `ProviderAway`."""
        try:
            async with (
                asyncio.timeout(ANSWERS_WITHIN),
                self._client.stream(method, url, **request) as response,
            ):
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        raise ProviderAway(f"more than {LARGEST_ANSWER} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise ProviderAway(type(error).__name__) from error
        if response.status_code != httpx.codes.OK:
            raise ProviderAway(f"status {response.status_code}")
        try:
            return msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProviderAway("no JSON") from error

    async def _ask_description(self) -> Description:
        found = await self.json("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            description = msgspec.convert(found, Description)
        except msgspec.ValidationError as error:
            raise ProviderAway("an incomplete description") from error
        if description.issuer != self._issuer:
            raise ProviderAway("a description of another issuer")
        if not description.signatures:
            # An empty list of algorithms would be taken for the library's own.
            raise ProviderAway("no signature to rely on")
        addresses = (
            description.authorization_endpoint,
            description.token_endpoint,
            description.jwks_uri,
        )
        if not all(is_safe(address) for address in addresses):
            raise ProviderAway("an address without https")
        return description


def is_safe(address: str) -> bool:
    """Whether nobody in between can read or change what goes there: https, or this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _public_keys(found: Any) -> KeySet:
    """The keys that a signature may be checked with; secret ones have no business there."""
    keys = found.get("keys") if isinstance(found, dict) else None
    usable = [
        key
        for key in keys or []
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use") != "enc"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderAway("keys that are none") from error


def _age(since: float) -> float:
    return time.monotonic() - since
