"""The rows of the authority table about coming into accounts, and keeping one's own."""

from tests.web.authority_rows import EVERYBODY, NOBODY, SIGNED, SIGNED_IN, Profile, Row

BROWSERS: Profile = {**dict.fromkeys(SIGNED, "forbidden"), **NOBODY}
"""Only whoever is signed in in a browser, which no role of the table is: they all show tokens."""
OWN: Profile = {**dict.fromkeys(SIGNED, "missing"), **NOBODY}
"""Only whose sign-in it is: what the table names is a discussion."""

PASSWORDS = {"old": "wrong", "new": "another one, just as long"}

ROWS = [
    # There is somebody already, so there is no first start any more, for anybody.
    Row("GET", "/first-start", 404, EVERYBODY),
    Row("POST", "/first-start", 404, EVERYBODY, form=lambda t: {"login": "root"}),
    # A link that is good for nothing, whoever opens it.
    Row("GET", "/welcome/{secret}", 303, EVERYBODY),
    Row("GET", "/welcome", 404, EVERYBODY),
    Row("POST", "/welcome", 404, EVERYBODY, form=lambda t: {"password": PASSWORDS["new"]}),
    # The site of the tests has no provider.
    Row("GET", "/sign-in/provider", 404, EVERYBODY),
    Row("GET", "/sign-in/provider/callback", 404, EVERYBODY, query=lambda t: "code=x&state=y"),
    Row("GET", "/settings", 200, SIGNED_IN),
    Row("POST", "/settings", 303, SIGNED_IN, form=lambda t: {"theme": "dark"}),
    Row("GET", "/settings/password", 200, BROWSERS),
    Row("POST", "/settings/password", 303, BROWSERS, form=lambda t: PASSWORDS | {"again": PASSWORDS["new"]}),
    Row("GET", "/settings/sessions", 200, SIGNED_IN),
    Row("POST", "/settings/sessions", 303, SIGNED_IN),
    Row("POST", "/settings/sessions/{id}/end", 303, OWN),
    Row("POST", "/settings/tokens", 200, BROWSERS, form=lambda t: {"name": "bot"}),
    Row("GET", "/api/settings", 200, SIGNED_IN),
    Row("PATCH", "/api/settings", 200, SIGNED_IN, lambda t: {"theme": "dark"}),
    Row("GET", "/api/sessions", 200, SIGNED_IN),
    Row("DELETE", "/api/sessions", 200, SIGNED_IN),
    Row("DELETE", "/api/sessions/{id}", 204, OWN),
    Row("POST", "/api/tokens", 201, BROWSERS, lambda t: {"name": "bot"}),
    Row("PUT", "/api/password", 200, BROWSERS, lambda t: PASSWORDS),
]
