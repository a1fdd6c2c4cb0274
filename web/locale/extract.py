"""Brings the catalogues up to date with the sentences in templates and Python: `python -m web.locale.extract`.

English sentences are their own translation; new French ones are left empty, and a test names them.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parents[1]
LOCALE = Path(__file__).parent
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
# Without dates and names, so that nothing changes but sentences.
HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
KEYWORDS = {"_": None, "mark": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2), "plural_forms": (1, 2)}


def sentences() -> Catalog:
    """Every sentence that the pages show, without translations."""
    catalogue = Catalog(project="parley", charset="utf-8")
    for file, line, message, comments, context in extract_from_dir(
        WEB, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
    ):
        catalogue.add(message, None, [(f"web/{file}", line)], auto_comments=comments, context=context)
    return catalogue


def stored(code: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    return read_po(BytesIO(path_of(code).read_bytes()), locale=code)


def path_of(code: str) -> Path:
    """Where the catalogue of a language is kept."""
    return LOCALE / code / "LC_MESSAGES" / "parley.po"


def update(code: str) -> None:
    """Take in new sentences, let go of those that nobody shows any more."""
    kept, found = stored(code), Catalog(locale=code, project="parley", charset="utf-8", fuzzy=False)
    for message in sentences():
        if not message.id:
            continue
        known = kept.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        translation = known.string if known else ""
        if code == "en":
            translation = message.id
        elif not translation and isinstance(message.id, tuple):
            translation = ("",) * len(message.id)
        places = sorted({(file, 0) for file, _ in message.locations})
        found.add(message.id, translation, places, context=message.context)
    text = BytesIO()
    write_po(text, found, width=110, omit_header=True, sort_output=True, include_lineno=False)
    header = HEADER.format(code=code, plurals=found.plural_forms)
    path_of(code).write_text(header + text.getvalue().decode(), encoding="utf-8")


if __name__ == "__main__":
    for language in ("en", "fr"):
        update(language)
