"""The rows of the authority table about people as others meet them."""

from tests.web.authority_rows import MAY_REMOVE, SIGNED_IN, Frame, Row

ROWS = [
    # Everybody is in the directory; what both share is the reader's own anyhow.
    Row("GET", "/api/people/{id}", 200, SIGNED_IN),
    Row("GET", "/api/discussions/{id}/delivery", 200, MAY_REMOVE),
    Row("GET", "/people", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("GET", "/people/{id}", 200, SIGNED_IN),
    Row("GET", "/fragments/people", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("GET", "/fragments/people/lines", 200, SIGNED_IN, query=lambda t: f"as=row&ids={t.other},{t.draft}"),
]

FRAMES = [
    # Nobody is told of anybody by it but that there is something to ask again.
    Frame("watch", "done", SIGNED_IN, lambda t: {"people": [t.stranger, t.discussion]}),
]
