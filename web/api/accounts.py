"""The resources of one's own account."""

from web.api import sessions, settings
from web.api.resource import Resource

account_resources = [
    Resource("/api/settings", GET=settings.show, PATCH=settings.change),
    Resource("/api/sessions", GET=sessions.index, DELETE=sessions.end_others),
    Resource("/api/sessions/{id}", DELETE=sessions.end),
    Resource("/api/tokens", POST=sessions.create_token),
    Resource("/api/password", PUT=sessions.change_password),
]
