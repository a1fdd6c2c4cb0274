"""The pages for admins: people, groups, rules, files, and what was done. Nothing here shows what anybody wrote."""

from starlette.routing import BaseRoute, Route

from web.pages.administration import audience, audit, entry, groups, members, people, person, rules, tables

administration_routes: list[BaseRoute] = [
    Route("/admin", entry.show, methods=["GET"]),
    Route("/admin/people", people.index, methods=["GET"]),
    Route("/admin/people/new", people.begin, methods=["GET"]),
    Route("/admin/people/new", people.create, methods=["POST"]),
    Route("/admin/people/{id}", person.show, methods=["GET"]),
    Route("/admin/people/{id}", person.act, methods=["POST"]),
    Route("/admin/people/{id}/audience", audience.show, methods=["GET"]),
    Route("/admin/groups", groups.index, methods=["GET"]),
    Route("/admin/groups", groups.create, methods=["POST"]),
    Route("/admin/groups/{id}", members.show, methods=["GET"]),
    Route("/admin/groups/{id}", members.act, methods=["POST"]),
    Route("/admin/groups/{id}/delete", groups.ask_to_delete, methods=["GET"]),
    Route("/admin/groups/{id}/delete", groups.delete, methods=["POST"]),
    Route("/admin/rules", rules.show, methods=["GET"]),
    Route("/admin/rules", rules.change, methods=["POST"]),
    Route("/admin/tables", tables.show, methods=["GET"]),
    Route("/admin/import/people", tables.import_people, methods=["POST"]),
    Route("/admin/import/rules", tables.import_rules, methods=["POST"]),
    Route("/admin/export/{what}", tables.export, methods=["GET"]),
    Route("/admin/audit", audit.show, methods=["GET"]),
]
