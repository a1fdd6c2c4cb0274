"""The rows of the authority table about the rules on who may write to whom."""

from tests.web.authority_rows import ADMINS, Row

ROWS = [
    Row("GET", "/api/admin/rules", 200, ADMINS),
    Row("PUT", "/api/admin/rules/{from}/{to}", 200, ADMINS, lambda t: {"reach": "both"}),
    # The one that was set just before.
    Row("DELETE", "/api/admin/rules/{from}/{to}", 204, ADMINS),
    Row("GET", "/api/admin/people/{person}/audience", 200, ADMINS, query=lambda t: "q=a"),
]
