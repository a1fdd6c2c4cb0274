"""Where a page leads next."""

from starlette.responses import RedirectResponse


def go_to(address: str) -> RedirectResponse:
    """See `address` next (303): reloading it repeats nothing."""
    return RedirectResponse(address, 303)


def own_address(address: str, otherwise: str = "/") -> str:
    """`address` if it is a path of this site, else `otherwise`: no link leads away through us."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and address.isprintable() else otherwise
