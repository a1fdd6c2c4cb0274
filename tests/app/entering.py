"""Coming in by the front door."""

from app.sign_in import SignedIn, sign_in
from app.site import Site
from tests.factories import PASSWORD


async def enter(
    site: Site, login: str = "ann", password: str = PASSWORD, address: str = "10.0.0.1"
) -> SignedIn:
    """Sign in from a browser."""
    return await sign_in(site, login, password, address=address, user_agent="tests")
