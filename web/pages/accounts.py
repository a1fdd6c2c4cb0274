"""The routes by which people come into their accounts, and keep them."""

from starlette.routing import BaseRoute, Route

from web.pages import first_start, provided, welcome
from web.pages.settings import settings_routes

account_routes: list[BaseRoute] = [
    Route("/first-start", first_start.show, methods=["GET"]),
    Route("/first-start", first_start.begin, methods=["POST"]),
    Route("/welcome", welcome.show, methods=["GET"]),
    Route("/welcome", welcome.choose, methods=["POST"]),
    Route("/welcome/{secret}", welcome.enter, methods=["GET"]),
    Route("/sign-in/provider", provided.begin, methods=["GET"]),
    Route(provided.CALLBACK, provided.come_back, methods=["GET"]),
    *settings_routes,
]
