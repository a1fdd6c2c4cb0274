"""A sign-in that was begun: what has to come back, kept by the browser that began it and by nobody else.

Its cookie is signed, so that nobody can give a browser an attempt of another one's making, and lives ten minutes.
"""

import base64
import binascii
import hmac
import secrets
from datetime import datetime, timedelta

import msgspec

from app.settings import Settings

COOKIE = "parley-attempt"
KEPT_FOR = timedelta(minutes=10)


class Attempt(msgspec.Struct, frozen=True):
    """`state` comes back in the address, `nonce` in the token; `verifier` proves that the code is ours (RFC 7636)."""

    state: str
    nonce: str
    verifier: str
    next: str
    at: datetime

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Attempt({self.at:%H:%M:%S})"


def new_attempt(next_: str, at: datetime) -> Attempt:
    """An attempt that leads to the page `next_`."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next_, at)


def sealed(settings: Settings, attempt: Attempt) -> str:
    """The attempt as the browser keeps it."""
    text = base64.urlsafe_b64encode(msgspec.json.encode(attempt)).decode()
    return f"{text}.{_seal(settings, text)}"


def opened(settings: Settings, kept: str, now: datetime) -> Attempt | None:
    """The attempt that a browser kept; None where it is none of ours, or too old."""
    text, _, seal = kept.partition(".")
    if not hmac.compare_digest(_seal(settings, text).encode(), seal.encode("utf-8", "surrogatepass")):
        return None
    try:
        attempt = msgspec.json.decode(base64.urlsafe_b64decode(text), type=Attempt)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        return None
    return attempt if timedelta(0) <= now - attempt.at + timedelta(minutes=1) <= KEPT_FOR else None


def _seal(settings: Settings, text: str) -> str:
    key = settings.secret.get_secret_value().encode() + b" attempt"
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
