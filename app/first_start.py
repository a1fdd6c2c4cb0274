"""The first start: on a site without anybody, somebody makes herself its first administrator. Once, for ever.

Whoever is first at an open door would own the site. So who does not sit at the machine itself shows the setup code,
which only those know who see what the server prints as it starts.
"""

import base64
import hmac
import secrets

import msgspec
from limits import RateLimitItemPerMinute
from pydantic import SecretStr

from app.choosing import strong_enough
from app.errors import FieldError, InvalidInput, NotFound
from app.passwords import hash_passwords
from app.person_fields import wrong_in
from app.settings import Settings
from app.sign_in import SignedIn, begin_in
from app.site import Site
from store import first_start
from store.people import folded
from store.tables import Person

TRIES_PER_ADDRESS = RateLimitItemPerMinute(10, 5)
CODE_BYTES = 10
"""80 bits: sixteen letters and digits, typed once."""


class FirstAdmin(msgspec.Struct, frozen=True):
    """Who wants to be the first administrator."""

    login: str
    name: str
    password: str
    language: str

    def __repr__(self) -> str:
        """Without the password."""
        return f"FirstAdmin({self.login})"


async def is_over(site: Site) -> bool:
    """Whether there is anybody. Asked of the store only for as long as there is not."""
    if not site.has_people.is_set():
        async with site.database.read() as session:
            if await first_start.has_anybody(session):
                site.has_people.set()
    return site.has_people.is_set()


async def begin(
    site: Site, wanted: FirstAdmin, code: str, *, at_the_machine: bool, address: str, user_agent: str
) -> SignedIn:
    """Make the first administrator, and sign her in. `at_the_machine`: she need not show the code.

    Raises `NotFound` once there is anybody, `InvalidInput` (also for a wrong `code`), `RateLimited`.
    """
    if await is_over(site):
        raise NotFound
    await site.throttle.spend(TRIES_PER_ADDRESS, "first_start", address)
    if not at_the_machine and not shows_code(site.settings, code):
        raise InvalidInput(FieldError("code", "wrong", "This is not the code that the server printed."))
    login, name = wanted.login.strip(), " ".join(wanted.name.split())
    _check(login, name, wanted)
    (password_hash,) = await hash_passwords([wanted.password])
    person = Person(
        login=login,
        name=name,
        folded=folded(name, login),
        role="admin",
        language=wanted.language,
        password_hash=password_hash,
        created_at=site.now(),
    )
    async with site.database.write() as session:
        if not await first_start.add_first(session, person):
            site.has_people.set()
            raise NotFound
        signed_in = await begin_in(site, session, person, address=address, user_agent=user_agent)
    site.has_people.set()
    return signed_in


def with_setup_code(settings: Settings) -> Settings:
    """The settings with a setup code: the one that was set, else one made of the site's secret, else a new one.

    Made of the secret, it is the same on every node.
    """
    if settings.setup_code.get_secret_value():
        return settings
    secret = settings.secret.get_secret_value().encode()
    made = hmac.digest(secret, b"first start", "sha256") if secret else secrets.token_bytes(CODE_BYTES)
    letters = base64.b32encode(made[:CODE_BYTES]).decode()
    code = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    return settings.model_copy(update={"setup_code": SecretStr(code)})


def shows_code(settings: Settings, given: str) -> bool:
    """Whether this is the setup code; case, spaces and hyphens do not matter. Without a code nothing is."""
    code = _plain(settings.setup_code.get_secret_value())
    return bool(code) and hmac.compare_digest(code, _plain(given))


def _plain(code: str) -> bytes:
    return "".join(c for c in code.upper() if c.isalnum()).encode("utf-8", "surrogatepass")


def _check(login: str, name: str, wanted: FirstAdmin) -> None:
    row = {"login": login, "name": name, "language": wanted.language}
    if wrong := [FieldError(column, code, detail) for column, code, detail in wrong_in(row)]:
        raise InvalidInput(*wrong)
    strong_enough(wanted.password, login)
