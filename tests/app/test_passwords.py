"""Passwords: what is right, what is wrong, and how often one may try."""

import asyncio
import time
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlmodel import col

from app.errors import RateLimited, WrongCredentials
from app.passwords import hash_password
from app.sign_in import FAILURES_PER_ADDRESS
from app.site import Site
from app.throttle import Throttle
from store.tables import Person
from tests.app.entering import enter
from tests.factories import PASSWORD, person


@pytest.mark.parametrize(("login", "password"), [("ann", "wrong"), ("ann", ""), ("zoe", PASSWORD), ("", "")])
async def test_wrong_credentials(site: Site, ann: str, login: str, password: str) -> None:
    """A wrong password and an unknown login get the same answer."""
    with pytest.raises(WrongCredentials) as error:
        await enter(site, login, password)
    assert str(error.value) == WrongCredentials.default_detail


async def test_an_account_without_password_and_an_endless_password_are_refused(site: Site, ann: str) -> None:
    """No password yet means no way in; a password of a megabyte is not even hashed."""
    await person(site, "bob")
    for login, password in (("bob", ""), ("ann", "x" * 1_000_000)):
        with pytest.raises(WrongCredentials):
            await enter(site, login, password)


async def test_an_unknown_account_takes_as_long_as_a_wrong_password(site: Site, ann: str) -> None:
    """Time does not tell whether an account exists: that of the processor, which a busy machine does not stretch."""
    site = replace(site, throttle=Throttle(enabled=False))

    async def seconds(login: str) -> float:
        begin = time.process_time()
        with pytest.raises(WrongCredentials):
            await enter(site, login, "wrong")
        return time.process_time() - begin

    await seconds("zoe")
    known, unknown = zip(*[(await seconds("ann"), await seconds("zoe")) for _ in range(7)], strict=True)
    assert 0.5 < min(known) / min(unknown) < 2


async def test_a_hash_of_weaker_parameters_is_renewed_at_sign_in(site: Site, ann: str) -> None:
    """Whoever signs in with an old hash has a new one afterwards, for the same password."""
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with site.database.write() as session:
        await session.execute(update(Person).values(password_hash=weak))
    await enter(site)
    async with site.database.read() as session:
        renewed = await session.scalar(select(col(Person.password_hash)))
    assert renewed
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await enter(site)


async def test_ten_wrong_passwords_close_an_account_for_a_while(site: Site, ann: str) -> None:
    """The eleventh try within five minutes is refused, even with the right password; others are not affected."""
    await person(site, "bob")
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            await enter(site, password="wrong")
    with pytest.raises(RateLimited) as error:
        await enter(site)
    assert 1 <= error.value.retry_after <= 300
    with pytest.raises(WrongCredentials):
        await enter(site, "bob", "wrong")


async def test_tries_in_parallel_count_like_tries_in_turn(site: Site, ann: str) -> None:
    """Many guesses at once are no way around the limit."""
    guesses = [enter(site, password=f"guess {n}") for n in range(30)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(outcome, WrongCredentials) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, RateLimited) for outcome in outcomes) == 20


async def test_fifty_failures_close_an_address_for_a_while(site: Site, ann: str) -> None:
    """One address cannot try many accounts; another one can, and who signs in rightly is not counted."""
    for _ in range(49):
        await site.throttle.spend(FAILURES_PER_ADDRESS, "sign_in_address", "10.0.0.1")
    for _ in range(12):
        await enter(site)
    with pytest.raises(WrongCredentials):
        await enter(site, "nobody", "wrong")
    with pytest.raises(RateLimited):
        await enter(site)
    await enter(site, address="10.0.0.2")


def test_a_hash_says_its_parameters() -> None:
    """19 MiB, two passes: what OWASP asks for Argon2id."""
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
