"""Whether a request comes from the machine on which the server runs, made by whoever sits there."""

import ipaddress

from starlette.requests import HTTPConnection
from starlette.types import Scope

from app.settings import LOOPBACK, Settings
from web.addresses import client_address

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What proxies add."""


def is_at_the_machine(settings: Settings, scope: Scope) -> bool:
    """Whether nobody elsewhere can have made this request.

    A proxy on the same machine speaks for the whole world from a loopback address. So the request must also name this
    machine as its host, bear no sign of a proxy, and the site have no public address.
    """
    headers = HTTPConnection(scope).headers
    return (
        _is_loopback(client_address(scope))
        and _host_of(headers.get("host", "")) in LOOPBACK
        and not any(name in headers for name in FORWARDED)
        and all(_host_of(origin.partition("://")[2]) in LOOPBACK for origin in settings.allowed_origins)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _host_of(authority: str) -> str:
    """`localhost` of `localhost:8000`, `::1` of `[::1]:8000`."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0].lower()
