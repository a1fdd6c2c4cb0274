"""The pages: thin doors that find, check and hand over to the use cases, and work without scripts."""

from starlette.routing import BaseRoute, Mount, Route

from web.pages import (
    autosave,
    boxes,
    discussion,
    fragments,
    held,
    home,
    participants,
    preferences,
    recipients_step,
    searching,
    sign_in,
    writing,
)
from web.static_files import serve_static

page_routes: list[BaseRoute] = [
    Route("/", home.show, methods=["GET"]),
    Route("/sign-in", sign_in.show, methods=["GET"]),
    Route("/sign-in", sign_in.sign_in, methods=["POST"]),
    Route("/sign-out", sign_in.sign_out, methods=["POST"]),
    Route("/language", preferences.language, methods=["POST"]),
    Route("/theme", preferences.theme, methods=["POST"]),
    Route("/sending-key", preferences.sending_key, methods=["POST"]),
    Route("/unread", boxes.unread, methods=["GET"]),
    Route("/search", searching.show, methods=["GET"]),
    Route("/boxes/{box}", boxes.show, methods=["GET"]),
    Route("/new", writing.begin, methods=["GET"]),
    Route("/new", writing.submit_new, methods=["POST"]),
    Route("/drafts/{id}", writing.show, methods=["GET"]),
    Route("/drafts/{id}", writing.submit, methods=["POST"]),
    Route("/drafts/{id}/undo", held.undo, methods=["POST"]),
    Route("/drafts/{id}/participants", recipients_step.show, methods=["GET"]),
    Route("/drafts/{id}/participants", recipients_step.submit, methods=["POST"]),
    Route("/discussions/{id}", discussion.show, methods=["GET"]),
    Route("/discussions/{id}/replies", discussion.reply, methods=["POST"]),
    Route("/discussions/{id}/read", discussion.mark_read, methods=["POST"]),
    Route("/discussions/{id}/participants", participants.add, methods=["POST"]),
    Route("/discussions/{id}/participants/{person}/remove", participants.ask_to_remove, methods=["GET"]),
    Route("/discussions/{id}/participants/{person}/remove", participants.remove, methods=["POST"]),
    Route("/discussions/{id}/stop", participants.ask_to_stop, methods=["GET"]),
    Route("/discussions/{id}/stop", participants.stop, methods=["POST"]),
    Route("/fragments/rows", fragments.rows, methods=["GET"]),
    Route("/fragments/home", fragments.home_blocks, methods=["GET"]),
    Route("/fragments/boxes", fragments.boxes, methods=["GET"]),
    Route("/fragments/participants/{id}", fragments.participants, methods=["GET"]),
    Route("/fragments/drafts/{id}", autosave.save, methods=["POST"]),
    Route("/fragments/preview", autosave.preview, methods=["POST"]),
    Mount("/static", serve_static),
]
