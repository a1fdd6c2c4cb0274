"""Words: what search takes for the same, and what not."""

import pytest

from store.words import LONGEST_WORD, folded_words, other_numbers, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'élève qu’il a vu", ["eleve", "il", "a", "vu"]),
        ("Où est l'Œuvre de Noël ?", ["ou", "est", "oeuvre", "de", "noel"]),
        ("the teacher's don't, O'Brien", ["the", "teacher", "don", "t", "o", "brien"]),
        ("rapport_final-v2.PDF", ["rapport", "final", "v2", "pdf"]),
        ("e\u0301cole", ["ecole"]),
        ("Straße № 5", ["strasse", "5"]),
        ("s'", ["s"]),
        ("… !? 🎉", []),
        ("", []),
    ],
)
def test_words_have_neither_accents_nor_case_nor_elisions(text: str, words: list[str]) -> None:
    """What is written in different ways is one word; punctuation and what is elided is none."""
    assert folded_words(text) == words


def test_words_know_where_they_stand() -> None:
    """A place is one in the text as it was written, also where folding makes a word longer or shorter."""
    text = "Un cœur, l'e\u0301te\u0301 …"
    assert [text[word.start : word.end] for word in words_of(text)] == ["Un", "cœur", "e\u0301te\u0301"]


def test_words_are_bounded() -> None:
    """A pasted block of data is no longer than a word may be."""
    assert folded_words("x" * 5000) == ["x" * LONGEST_WORD]


def test_every_character_alone_is_harmless() -> None:
    """Whatever character is typed, its words hold letters and digits only, which no index reads as anything else."""
    for point in (*range(0x3100), *range(0xA000, 0xAC00), *range(0xF900, 0x10400), *range(0x1D400, 0x1F200)):
        for word in folded_words(f"a {chr(point)} b"):
            assert word.isalnum(), hex(point)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("journal", "journaux"),
        ("story", "stories"),
        ("class", "classes"),
        ("bateau", "bateaux"),
        ("test", "tests"),
    ],
)
def test_plurals_and_singulars_find_each_other(one: str, many: str) -> None:
    """The regular forms: one is another number of the other, or its beginning."""
    assert one in other_numbers(many)
    assert many.startswith(one) or many in other_numbers(one)


def test_short_words_and_numbers_have_no_other_number() -> None:
    """What only looks like a plural is left alone."""
    assert [other_numbers(word) for word in ("bus", "aux", "2023", "stress", "as")] == [(), (), (), (), ()]
