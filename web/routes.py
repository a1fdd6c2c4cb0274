"""Every URL on one screen."""

from starlette.routing import BaseRoute, WebSocketRoute

from web.api import (
    attachments,
    delivery,
    discussions,
    downloads,
    filing,
    folders,
    forwarding,
    health,
    lists,
    messages,
    metrics,
    openapi,
    own_data,
    participants,
    people,
    recipients,
    replies,
    rules,
    search,
    sending,
    session,
    signature,
    unread,
)
from web.api.accounts import account_resources
from web.api.administration import admin_resources
from web.api.resource import Resource
from web.live import Live
from web.pages import page_routes

api_routes = [
    Resource("/api/session", POST=session.begin, GET=session.show, DELETE=session.end),
    Resource("/api/recipients", GET=recipients.find),
    Resource("/api/lists", GET=lists.index, POST=lists.create),
    Resource("/api/lists/{id}", GET=lists.show, PATCH=lists.change, DELETE=lists.delete),
    Resource("/api/own-data", GET=own_data.show),
    Resource("/api/signature", GET=signature.show, PUT=signature.change),
    Resource("/api/people", GET=people.find),
    Resource("/api/people/{id}", GET=people.show),
    Resource("/api/messages", POST=messages.create, GET=messages.index),
    Resource("/api/messages/{id}", GET=messages.show, PATCH=messages.change, DELETE=messages.discard),
    Resource("/api/messages/{id}/send", POST=sending.send, DELETE=sending.take_back),
    Resource("/api/discussions", GET=discussions.index),
    Resource("/api/discussions/bulk", POST=filing.bulk),
    Resource("/api/discussions/{id}", GET=discussions.show, DELETE=filing.delete),
    Resource("/api/discussions/{id}/entries", GET=discussions.entries),
    Resource("/api/discussions/{id}/delivery", GET=delivery.show),
    Resource("/api/discussions/{id}/download", GET=downloads.show),
    Resource("/api/discussions/{id}/replies", POST=replies.post),
    Resource("/api/discussions/{id}/participants", POST=participants.add),
    Resource("/api/discussions/{id}/participants/{person}", DELETE=participants.remove),
    Resource("/api/discussions/{id}/forward", POST=forwarding.forward),
    Resource("/api/discussions/{id}/stop", POST=participants.stop),
    Resource("/api/discussions/{id}/read", PUT=discussions.read),
    Resource("/api/discussions/{id}/unread", PUT=discussions.unread),
    Resource("/api/discussions/{id}/mute", PUT=filing.mute),
    Resource("/api/discussions/{id}/folder", PUT=filing.move),
    Resource("/api/discussions/{id}/trash", PUT=filing.trash),
    Resource("/api/folders", GET=folders.index, POST=folders.create),
    Resource("/api/folders/{id}", PATCH=folders.change, DELETE=folders.delete),
    Resource("/api/attachments", POST=attachments.bring),
    Resource("/api/attachments/{id}", GET=attachments.show, DELETE=attachments.forget),
    Resource("/api/attachments/{id}/preview", GET=attachments.preview),
    Resource("/api/search", GET=search.find),
    Resource("/api/unread", GET=unread.show),
    Resource("/api/admin/rules", GET=rules.index),
    Resource("/api/admin/rules/{from}/{to}", PUT=rules.put, DELETE=rules.delete),
    Resource("/api/admin/people/{person}/audience", GET=rules.audience),
    *account_resources,
    *admin_resources,
    Resource("/api/openapi.json", GET=openapi.show),
    Resource("/healthz", GET=health.live),
    Resource("/readyz", GET=health.ready),
    Resource("/metrics", GET=metrics.show),
]

routes: list[BaseRoute] = [*page_routes, WebSocketRoute("/live", Live()), *api_routes]
