"""A column by which SQLite is not to look rows up."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Unindexed(FunctionElement[str]):
    """A column of texts that SQLite only compares, however promising an index on it looks.

    It prefers a long `IN` to the few rows that another term leads to, because it expects lists to be short
    (https://www.sqlite.org/optoverview.html, "Disqualifying WHERE Clause Terms Using Unary-+").
    """

    inherit_cache = True
    type = String()


@compiles(Unindexed)
def _as_it_is(element: Any, compiler: Any, **given: Any) -> str:
    return str(compiler.process(element.clauses, **given))


@compiles(Unindexed, "sqlite")
def _with_a_plus(element: Any, compiler: Any, **given: Any) -> str:
    return f"+{_as_it_is(element, compiler, **given)}"
