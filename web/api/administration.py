"""The calls of the API that are for admins."""

from web.api import admin_groups, admin_log, admin_people, admin_tables
from web.api.resource import Resource

admin_resources = [
    Resource("/api/admin/people", GET=admin_people.search, POST=admin_people.create),
    Resource("/api/admin/choices", GET=admin_people.choices),
    Resource("/api/admin/people/{id}", GET=admin_people.show, PATCH=admin_people.change),
    Resource("/api/admin/people/{id}/suspend", POST=admin_people.suspend),
    Resource("/api/admin/people/{id}/resume", POST=admin_people.resume),
    Resource("/api/admin/people/{id}/sessions", DELETE=admin_people.end_sessions),
    Resource("/api/admin/people/{id}/invitation", POST=admin_people.invite),
    Resource("/api/admin/people/{id}/reset", POST=admin_people.reset),
    Resource("/api/admin/groups", GET=admin_groups.search, POST=admin_groups.create),
    Resource(
        "/api/admin/groups/{id}",
        GET=admin_groups.show,
        PATCH=admin_groups.change,
        DELETE=admin_groups.delete,
    ),
    Resource("/api/admin/groups/{id}/members", GET=admin_groups.members),
    Resource(
        "/api/admin/groups/{id}/members/{person}",
        PUT=admin_groups.put_member,
        DELETE=admin_groups.remove_member,
    ),
    Resource("/api/admin/audit", GET=admin_log.read),
    Resource("/api/admin/import/people", POST=admin_tables.import_file),
    Resource("/api/admin/import/rules", POST=admin_tables.import_rules),
    Resource("/api/admin/export/rules", GET=admin_tables.rules),
    Resource("/api/admin/export/people", GET=admin_tables.people),
    Resource("/api/admin/export/groups", GET=admin_tables.groups),
]
