"""The pages on which somebody sets what is her own."""

from starlette.routing import BaseRoute, Route

from web.pages.settings import general, password, sessions

settings_routes: list[BaseRoute] = [
    Route("/settings", general.show, methods=["GET"]),
    Route("/settings", general.change, methods=["POST"]),
    Route("/settings/password", password.show, methods=["GET"]),
    Route("/settings/password", password.change, methods=["POST"]),
    Route("/settings/sessions", sessions.show, methods=["GET"]),
    Route("/settings/sessions", sessions.end_others, methods=["POST"]),
    Route("/settings/sessions/{id}/end", sessions.end, methods=["POST"]),
    Route("/settings/tokens", sessions.create_token, methods=["POST"]),
]
