"""What search looks in: the lines of all logs in the order of time, and every word that occurs in them."""

from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from store.columns import Identifier

Words: TypeEngine[Any] = Text().with_variant(TSVECTOR(), "postgresql")
# Words are compared by their code points on both databases, so that all that begin alike stand together.
Plain = String(64).with_variant(String(64, collation="C"), "postgresql")


class SearchLine(SQLModel, table=True):
    """A line of a log that the index knows. `place` is made of its moment (see `store.search.places`).

    `seq` 0 is the subject by itself, for those who came later and do not see the opening message. PostgreSQL has the
    words here; SQLite has them in `search_words`, a table of FTS5 without content of its own whose rowid is the place.
    """

    __tablename__ = "search_line"
    __table_args__ = (
        Index(
            "ix_search_line_words",
            "words",
            postgresql_using="gin",
            # What waits to be put in order is read by every search: not much of it.
            postgresql_with={"gin_pending_list_limit": 512},
            # Nowhere: on SQLite the index stays empty.
            sqlite_where=text("words IS NOT NULL"),
        ),
    )

    place: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    message_id: str = Field(sa_type=Identifier)
    seq: int
    words: str | None = Field(default=None, sa_type=Words)


class SearchWord(SQLModel, table=True):
    """Every word that the index knows: the beginning of a word is looked up here, and then the words themselves."""

    __tablename__ = "search_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: str = Field(primary_key=True, sa_type=Plain)
