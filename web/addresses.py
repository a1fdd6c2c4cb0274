"""Where a request comes from, as far as that can be known."""

import ipaddress

from starlette.types import Scope

HOME_PREFIX = 64
"""Bits of an IPv6 address that a household or a machine shares: it may take any address that begins with them."""


def client_address(scope: Scope) -> str:
    """The address that the request comes from, as the server (or a trusted proxy) saw it."""
    client = scope.get("client")
    return client[0] if client else ""


def counted_address(scope: Scope) -> str | None:
    """What limits per address count by; None where the address says nothing about who is asking.

    That is so on the machine itself: a proxy there that `FORWARDED_ALLOW_IPS` does not name speaks for everybody.
    """
    try:
        address = ipaddress.ip_address(client_address(scope).partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None and not address.is_loopback:
            return str(ipaddress.ip_network((address, HOME_PREFIX), strict=False))
        address = address.ipv4_mapped or address
    return None if address.is_loopback else str(address)
