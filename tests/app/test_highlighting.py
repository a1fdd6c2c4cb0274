"""Questions as they are typed, and where a text answers them."""

import pytest

from app.asking import LONGEST_QUESTION, MOST_TERMS, terms_of
from app.highlighting import LONGEST, excerpt, marked
from store.search.terms import Term


def shown(text: str, q: str) -> str:
    """An excerpt with its marks as brackets."""
    found = excerpt(text, terms_of(q) or ())
    pieces, at = [], 0
    for start, end in found.marks:
        pieces += [found.text[at:start], "[", found.text[start:end], "]"]
        at = end
    return "".join([*pieces, found.text[at:]])


def test_questions_are_words_and_phrases() -> None:
    """Quotation marks of several languages make phrases; one that is left open ends with the question."""
    assert set(terms_of("un « grand Élève » et “last word") or ()) == {
        Term(("un",)),
        Term(("grand", "eleve"), whole=True),
        Term(("et",)),
        Term(("last", "word"), whole=True),
    }


@pytest.mark.parametrize(
    "q",
    [
        '"',
        '""""',
        "'",
        "*",
        "a*",
        "-b",
        "NOT OR AND NEAR(",
        "()",
        ":",
        "\\",
        "%_",
        "\0",
        "\ud800",
        "🎉",
        "+said",
        "#x",
    ],
)
def test_no_question_is_an_error(q: str) -> None:
    """Whatever is typed is words or nothing: there is no syntax that one could get wrong."""
    for term in terms_of(q) or ():
        assert all(word.isalnum() for word in term.words)


def test_questions_are_bounded() -> None:
    """What is endless is cut."""
    assert len(terms_of(" ".join(f"w{number}" for number in range(100))) or ()) == MOST_TERMS
    assert terms_of("x" * 10 * LONGEST_QUESTION) is not None


@pytest.mark.parametrize(
    ("text", "q", "expected"),
    [
        ("L'élève et les élèves", "eleve", "L'[élève] et les [élèves]"),
        ("Le grand cœur, un cœur grand", '"grand coeur"', "Le [grand cœur], un cœur grand"),
        ("Some **bold** words\nhere", "bold here", "Some [bold] words [here]"),
        (
            "See [the page](https://example.org/secret-place)",
            "secret",
            "See [the page](https://example.org/[secret]-place)",
        ),
        ("<script>alert(1)</script>", "alert", "<script>[alert](1)</script>"),
        ("Journaux et journal", "journaux", "[Journaux] et [journal]"),
        ("Nothing of it", "else", "Nothing of it"),
        ("e\u0301cole", "ecole", "[e\u0301cole]"),
    ],
)
def test_excerpts_show_where_the_words_are(text: str, q: str, expected: str) -> None:
    """Marks are around whole words of the text as it was written; markup is left out where it hides no hit."""
    assert shown(text, q) == expected


@pytest.mark.parametrize("before", [0, 10, 500, 5000])
def test_excerpts_of_long_texts_are_around_the_first_hit(before: int) -> None:
    """Of a long text a few lines are shown, with the hit, cut between words."""
    found = excerpt("word " * before + "needle" + " other" * 1000, terms_of("needle") or ())
    assert len(found.text) <= LONGEST + 2
    assert [found.text[start:end] for start, end in found.marks] == ["needle"]
    assert found.text.startswith("…word" if before > 12 else ("word" if before else "needle"))


def test_marks_of_overlapping_terms_are_apart() -> None:
    """A word that several terms mean is marked once."""
    found = marked("un grand cœur", terms_of('"grand coeur" gran c') or ())
    assert [found.text[start:end] for start, end in found.marks] == ["grand cœur"]
