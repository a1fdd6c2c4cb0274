"""The rows of the authority table about what is one's own: taking it away, and being erased."""

from tests.web.authority_rows import EVERYBODY, SIGNED_IN, Row

ROWS = [
    Row("GET", "/api/own-data", 200, SIGNED_IN),
    Row("GET", "/settings/data", 200, SIGNED_IN),
    Row("GET", "/settings/data/export", 200, SIGNED_IN),
    # Without a tick nothing happens; programs are refused in any case.
    Row("POST", "/settings/data", 422, SIGNED_IN),
    Row("GET", "/erased", 200, EVERYBODY),
]
