"""The rows of the authority table about administration: admins may, nobody else does, whatever it is about."""

from tests.web.authority_rows import ADMINS, Row

TABLE = {"file": ("people.csv", b"login,name\n")}

ROWS = [
    Row("GET", "/api/admin/people", 200, ADMINS, query=lambda t: "q=a"),
    Row("POST", "/api/admin/people", 201, ADMINS, lambda t: {"login": t.discussion, "name": "New"}),
    Row("GET", "/api/admin/people/{id}", 200, ADMINS),
    Row("PATCH", "/api/admin/people/{id}", 200, ADMINS, lambda t: {"name": "Another"}),
    Row("POST", "/api/admin/people/{id}/suspend", 204, ADMINS),
    Row("POST", "/api/admin/people/{id}/resume", 204, ADMINS),
    Row("DELETE", "/api/admin/people/{id}/sessions", 204, ADMINS),
    Row("POST", "/api/admin/people/{id}/invitation", 201, ADMINS),
    Row("POST", "/api/admin/people/{id}/reset", 201, ADMINS),
    Row("GET", "/api/admin/groups", 200, ADMINS, query=lambda t: "q=g"),
    Row("POST", "/api/admin/groups", 201, ADMINS, lambda t: {"name": t.discussion}),
    Row("GET", "/api/admin/groups/{id}", 200, ADMINS),
    Row("PATCH", "/api/admin/groups/{id}", 200, ADMINS, lambda t: {"name": t.draft}),
    Row("DELETE", "/api/admin/groups/{id}", 204, ADMINS),
    Row("GET", "/api/admin/groups/{id}/members", 200, ADMINS),
    Row("PUT", "/api/admin/groups/{id}/members/{person}", 204, ADMINS),
    Row("DELETE", "/api/admin/groups/{id}/members/{person}", 204, ADMINS),
    Row("GET", "/api/admin/audit", 200, ADMINS),
    Row("POST", "/api/admin/import/people", 200, ADMINS, files=TABLE, query=lambda t: "dry_run=1"),
    Row("GET", "/api/admin/export/people", 200, ADMINS),
    Row("GET", "/api/admin/export/groups", 200, ADMINS),
]
