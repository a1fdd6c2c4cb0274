"""Importing people and groups: all or nothing."""

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select

from app.errors import InvalidInput
from app.importing import ImportReport, import_people
from app.sign_in import sign_in
from app.site import Site
from store.tables import Group, Membership, Person

FULL = {
    "login": "ann",
    "name": "Ann Lee",
    "email": "ann@example.org",
    "role": "admin",
    "groups": "Choir; Staff ;;Choir",
    "language": "fr",
    "password": "a long one",
    "messaging": "no",
    "last_seen": "2026-01-02T03:04:05+01:00",
}


async def stored(site: Site) -> dict[str, Person]:
    """Everybody, by login."""
    async with site.database.read() as session:
        return {row.login: row for row in await session.scalars(select(Person))}


async def count(site: Site, table: type[Any]) -> int:
    """How many rows a table has."""
    async with site.database.read() as session:
        return len((await session.execute(select(table))).all())


async def test_every_column_arrives(site: Site) -> None:
    """A full row makes a person with all of it, in her groups."""
    assert await import_people(site, [FULL]) == ImportReport(1, 0, 2, 2)
    ann = (await stored(site))["ann"]
    assert (ann.name, ann.email, ann.role, ann.language, ann.messaging) == (
        "Ann Lee",
        "ann@example.org",
        "admin",
        "fr",
        False,
    )
    assert ann.last_seen_at
    assert ann.last_seen_at.isoformat() == "2026-01-02T02:04:05+00:00"
    await sign_in(site, "ann", "a long one", address="", user_agent="")


async def test_a_short_row_has_defaults(site: Site) -> None:
    """Login and name are enough; nobody has a password by default."""
    await import_people(site, [{"login": "bob", "name": "Bob"}])
    bob = (await stored(site))["bob"]
    assert (bob.role, bob.language, bob.messaging, bob.password_hash, bob.email) == (
        "member",
        "en",
        True,
        None,
        None,
    )


async def test_an_existing_login_is_updated_by_what_is_given(site: Site) -> None:
    """Empty cells change nothing; groups are joined and not left; the password stays."""
    await import_people(site, [FULL])
    hash_before = (await stored(site))["ann"].password_hash
    again = {"login": "ann", "name": "Ann Maria Lee", "role": "", "password": "", "groups": "Staff;Board"}
    assert await import_people(site, [again]) == ImportReport(0, 1, 1, 1)
    ann = (await stored(site))["ann"]
    assert (ann.name, ann.folded, ann.role, ann.password_hash) == (
        "Ann Maria Lee",
        " ann maria lee ann",
        "admin",
        hash_before,
    )
    assert await count(site, Membership) == 3
    await import_people(site, [{"login": "ann", "name": "Ann", "password": "another one"}])
    await sign_in(site, "ann", "another one", address="", user_agent="")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("login", ""),
        ("login", "two words"),
        ("login", "x" * 101),
        ("login", "a\tb"),
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "a\0b"),
        ("name", "\udcff"),
        ("email", "nobody"),
        ("email", "@"),
        ("role", "boss"),
        ("language", "tlh"),
        ("messaging", "maybe"),
        ("last_seen", "yesterday"),
        ("groups", "x" * 201),
        ("password", "x" * 1001),
    ],
)
async def test_a_wrong_cell_is_named_and_nothing_is_stored(site: Site, column: str, value: str) -> None:
    """Line and column are named, and the right rows before and after are not stored either."""
    rows = [FULL, {**FULL, "login": "bob", column: value}, {**FULL, "login": "carol"}]
    with pytest.raises(InvalidInput) as error:
        await import_people(site, rows)
    assert {wrong.field for wrong in error.value.errors} == {f"line 3, {column}"}
    assert await count(site, Person) == await count(site, Group) == 0


async def test_a_login_stands_on_one_line_only(site: Site) -> None:
    """The second line is named, by the numbers that the reader of the file gives."""
    with pytest.raises(InvalidInput) as error:
        await import_people(site, [FULL, FULL], lines=[2, 9])
    assert [wrong.field for wrong in error.value.errors] == ["line 9, login"]


async def test_a_file_of_errors_is_not_read_to_its_end(site: Site) -> None:
    """Some errors are enough to know that something is wrong."""

    def endless() -> Iterable[dict[str, str]]:
        while True:
            yield {"login": "", "name": ""}

    with pytest.raises(InvalidInput) as error:
        await import_people(site, endless())
    assert len(error.value.errors) < 40


async def test_thousands_of_rows_in_many_groups(site: Site) -> None:
    """Some thousand rows are some statements."""
    rows = [
        {
            "login": f"p{n}",
            "name": f"Person {n}",
            "groups": f"Group {n % 50};All",
            "password": "same" if n % 2 else "",
        }
        for n in range(2500)
    ]
    assert await import_people(site, rows) == ImportReport(2500, 0, 51, 5000)
    assert await import_people(site, rows) == ImportReport(0, 2500, 0, 0)
