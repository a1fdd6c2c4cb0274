"""The search for recipients."""

import pytest

from app.errors import NotFound
from app.people import person_ref, suspend
from app.recipients import RecipientOption, find_recipients
from app.rules.audience import Because
from app.site import Identity, Site
from store.people import fold, folded
from tests.factories import group, people, person


@pytest.fixture
async def ann(site: Site) -> Identity:
    """Who searches."""
    return await person(site, "ann", name="Ann Searcher")


async def found(site: Site, who: Identity, q: str) -> list[str]:
    """The names that a search gives."""
    return [option.name for option in await find_recipients(site, who, q)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Éléonore", "eleonore"),
        ("Jean-Noël  O'Brien", "jean noel o brien"),
        ("ŒUVRE Ægir Søren Łukasz", "oeuvre aegir soren lukasz"),
        ("Straße", "strasse"),
        ("مُحَمَّد", "محمد"),
        ("100% _x_", "100 x"),
        ("", ""),
    ],
)
def test_folding(text: str, plain: str) -> None:
    """Accents, case and punctuation do not count."""
    assert fold(text) == plain


def test_a_folded_column_has_a_space_before_every_word_and_a_bound() -> None:
    """So that the beginning of any word can be looked for."""
    assert folded("Ann Lee", "a.lee") == " ann lee a lee"
    assert len(folded("ﷺ" * 200, "x" * 100)) == 400


async def test_first_letters_of_first_or_last_name_without_accents_and_case(
    site: Site, ann: Identity
) -> None:
    """`elo`, `mar`, `jean-n` find whom one means; letters inside a word do not."""
    await person(site, "e1", name="Éloïse Martin")
    await person(site, "j1", name="Jean-Noël Marchand")
    assert await found(site, ann, "elo") == ["Éloïse Martin"]
    assert await found(site, ann, "ÉLOI") == ["Éloïse Martin"]
    assert await found(site, ann, "mar") == ["Éloïse Martin", "Jean-Noël Marchand"]
    assert await found(site, ann, "noel") == ["Jean-Noël Marchand"]
    assert await found(site, ann, "jean-n") == ["Jean-Noël Marchand"]
    assert await found(site, ann, "march jean") == ["Jean-Noël Marchand"]
    assert await found(site, ann, "artin") == []


async def test_people_and_groups_are_one_list_with_the_earliest_word_first(site: Site, ann: Identity) -> None:
    """Groups come with their size, people with their login."""
    bob, marc = await people(site, "bob", "marc")
    await group(site, "Marchers", [bob, marc])
    await group(site, "Old marchers", [bob])
    options = await find_recipients(site, ann, "marc")
    assert [(o.type, o.name, o.detail) for o in options] == [
        ("person", "Marc", "marc"),
        ("group", "Marchers", "2"),
        ("group", "Old marchers", "1"),
    ]
    assert options[0] == RecipientOption("person", marc.person_id, "Marc", "marc", Because("open"))


async def test_nobody_is_offered_whom_one_may_not_write_to(site: Site, ann: Identity) -> None:
    """Oneself, the suspended and who does not use the messaging are left out."""
    await people(site, "xavier", "xenia", "xerxes")
    await person(site, "xena", messaging="no")
    await suspend(site, "xerxes")
    assert await found(site, ann, "x") == ["Xavier", "Xenia"]
    assert await found(site, ann, "ann") == []


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", '"', "%%%", "\0", "*", "😀"])
async def test_signs_are_no_wildcards(site: Site, ann: Identity, q: str) -> None:
    """What no name contains finds nobody, and breaks nothing."""
    await people(site, "bob", "carol")
    assert await found(site, ann, q) == []


async def test_the_empty_search_offers_everybody_within_the_limit(site: Site, ann: Identity) -> None:
    """By name, as many as asked for."""
    await people(site, "dora", "bob", "carol")
    assert await found(site, ann, "") == ["Bob", "Carol", "Dora"]
    assert len(await find_recipients(site, ann, " ", limit=2)) == 2


async def test_a_very_long_search_is_bounded(site: Site, ann: Identity) -> None:
    """Thousands of words are not looked for."""
    assert await found(site, ann, "bob " * 5000) == []


async def test_a_name_by_identifier(site: Site, ann: Identity) -> None:
    """Known people have a name, others do not exist."""
    assert (await person_ref(site, ann.person_id)).name == "Ann Searcher"
    with pytest.raises(NotFound):
        await person_ref(site, "0" * 32)
