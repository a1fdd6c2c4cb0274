"""The first administrator: made once, by whoever may, and never again."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from app.errors import InvalidInput, NotFound, RateLimited
from app.first_start import TRIES_PER_ADDRESS, FirstAdmin, begin, is_over, with_setup_code
from app.settings import Settings
from app.sign_in import SignedIn, identify
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from store.tables import Person
from tests import factories
from tests.app.entering import enter

WANTED = FirstAdmin("root", "Élodie  Martin ", "a long one, chosen here", "fr")


@pytest.fixture
def empty(site: Site) -> Site:
    """A site without anybody, with a setup code."""
    return replace(site, settings=with_setup_code(site.settings))


async def start(site: Site, *, code: str = "", at_the_machine: bool = True, **changes: Any) -> SignedIn:
    """Ask to be the first administrator."""
    wanted = msgspec.structs.replace(WANTED, **changes)
    return await begin(
        site, wanted, code, at_the_machine=at_the_machine, address="10.0.0.1", user_agent="tests"
    )


async def test_somebody_makes_herself_the_first_administrator(empty: Site) -> None:
    """She is signed in at once, and again with the password that she chose."""
    assert not await is_over(empty)
    signed_in = await start(empty)
    who = await identify(empty, cookie=signed_in.secret)
    assert who
    assert (who.login, who.name, who.role, who.language) == ("root", "Élodie Martin", "admin", "fr")
    assert await is_over(empty)
    await enter(empty, "root", WANTED.password)


async def test_afterwards_it_is_not_there_any_more(empty: Site) -> None:
    """Nor where somebody came by an import, also for a process that has not noticed yet."""
    fresh = replace(empty)
    await factories.person(empty, "bob")
    assert await is_over(empty)
    for site in (empty, fresh):
        with pytest.raises(NotFound):
            await start(site)


async def test_of_many_at_once_one_wins(settings: Settings, empty: Site) -> None:
    """Ten at the same moment, through two nodes: one administrator, and the others find nothing."""
    other = Database(settings.database_url)
    nodes = (
        replace(empty, throttle=Throttle(enabled=False)),
        replace(empty, database=other, throttle=Throttle(enabled=False)),
    )
    results = await asyncio.gather(
        *(start(nodes[number % 2], login=f"admin{number}") for number in range(10)), return_exceptions=True
    )
    await other.close()
    assert sorted(type(result).__name__ for result in results) == ["NotFound"] * 9 + ["SignedIn"]
    async with empty.database.read() as session:
        (person,) = (await session.scalars(select(Person))).all()
    (won,) = [n for n, result in enumerate(results) if isinstance(result, SignedIn)]
    assert (person.login, person.role) == (f"admin{won}", "admin")


async def test_an_import_at_the_same_moment_comes_before_or_after(empty: Site) -> None:
    """Whoever else adds people does not slip in between looking and adding."""
    site = replace(empty, throttle=Throttle(enabled=False))
    results = await asyncio.gather(
        start(site), *(factories.person(site, f"p{number}") for number in range(4)), return_exceptions=True
    )
    async with site.database.read() as session:
        people = (await session.scalars(select(Person).order_by(Person.created_at))).all()  # type: ignore[arg-type]
    won = isinstance(results[0], SignedIn)
    assert won or isinstance(results[0], NotFound)
    assert [person.role for person in people].count("admin") == won
    assert len(people) == 4 + won


async def test_from_elsewhere_the_code_is_asked_for(empty: Site) -> None:
    """It may be typed in small letters and without hyphens."""
    code = empty.settings.setup_code.get_secret_value()
    assert len(code) == 19
    for wrong in ("", "AAAA-BBBB-CCCC-DDDD", code[:-1], "é"):
        with pytest.raises(InvalidInput) as refused:
            await start(empty, code=wrong, at_the_machine=False)
        assert [error.field for error in refused.value.errors] == ["code"]
    await start(empty, code=code.lower().replace("-", " "), at_the_machine=False)


async def test_without_a_code_nobody_comes_in_from_elsewhere(site: Site) -> None:
    """An empty code is none that one could show."""
    with pytest.raises(InvalidInput):
        await start(site, code="", at_the_machine=False)


async def test_codes_cannot_be_tried_endlessly(empty: Site) -> None:
    """Nor by several in turn from one address."""
    for _ in range(TRIES_PER_ADDRESS.amount):
        with pytest.raises(InvalidInput):
            await start(empty, code="guess", at_the_machine=False)
    with pytest.raises(RateLimited):
        await start(empty, code=empty.settings.setup_code.get_secret_value(), at_the_machine=False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": " "}, "login"),
        ({"login": "two words"}, "login"),
        ({"login": "x" * 101}, "login"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"password": "short"}, "password"),
        ({"login": "administrator", "password": "administrator1"}, "password"),
        ({"language": "de"}, "language"),
    ],
)
async def test_what_will_not_do_is_named(empty: Site, changes: dict[str, Any], field: str) -> None:
    """Nobody is made, and she tries again."""
    with pytest.raises(InvalidInput) as refused:
        await start(empty, **changes)
    assert {error.field for error in refused.value.errors} == {field}
    assert not await is_over(empty)
    await start(empty)


def test_the_code_is_the_same_on_every_node(sqlite_url: str) -> None:
    """It is made of the secret that they share; without one it is made anew; what was set is kept."""

    def code(**changes: str) -> str:
        settings = Settings.model_validate({"database_url": sqlite_url, **changes})
        made = with_setup_code(settings)
        assert made.setup_code.get_secret_value() not in repr(made)
        return made.setup_code.get_secret_value()

    assert code(secret="s") == code(secret="s") != code(secret="t")
    assert code() != code()
    assert code(setup_code="Chosen") == "Chosen"
