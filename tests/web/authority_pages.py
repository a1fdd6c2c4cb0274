"""The rows of the authority table about the pages of writing and reading."""

from tests.web.authority import Target
from tests.web.authority_rows import ADDING, AUTHOR, EVERYBODY, INSIDE, MAY_REMOVE, SIGNED_IN, Row


def saved_draft(target: Target) -> dict[str, str]:
    """The form of a draft."""
    return {"subject": "Other", "body": "y", "version": "1", "action": "save"}


def mine(target: Target) -> dict[str, str]:
    """The form of a new message."""
    return {"subject": "Mine", "body": "x", "action": "save"}


def adding(target: Target) -> dict[str, str]:
    """The form that adds a participant or recipient."""
    return {"add": f"person:{target.stranger}", "share_history": "yes", "action": "add"}


ROWS = [
    Row("GET", "/", 200, SIGNED_IN),
    Row("GET", "/sign-in", 200, EVERYBODY),
    Row("POST", "/sign-in", 401, EVERYBODY, form=lambda t: {"login": "nobody", "password": "wrong"}),
    Row("POST", "/sign-out", 303, SIGNED_IN),
    Row("POST", "/language", 303, EVERYBODY, form=lambda t: {"language": "fr"}),
    Row("POST", "/theme", 303, EVERYBODY, form=lambda t: {"theme": "dark"}),
    Row("POST", "/sending-key", 303, EVERYBODY, form=lambda t: {"sending_key": "enter"}),
    Row("POST", "/shortcuts", 303, EVERYBODY, form=lambda t: {"shortcuts": "off"}),
    Row("POST", "/nudge", 303, EVERYBODY),
    Row("GET", "/lists", 200, SIGNED_IN),
    Row("POST", "/lists", 303, SIGNED_IN, form=lambda t: {"name": t.discussion}),
    Row("GET", "/lists/{id}", 200, AUTHOR),
    Row("POST", "/lists/{id}", 303, AUTHOR, form=lambda t: {"name": t.draft, "action": "save"}),
    Row("GET", "/signature", 200, SIGNED_IN),
    Row("POST", "/signature", 303, SIGNED_IN, form=lambda t: {"signature": "Me"}),
    Row("GET", "/unread", 303, SIGNED_IN),
    Row("GET", "/search", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("GET", "/boxes/{box}", 200, SIGNED_IN),
    # Nothing is done to what one is not in, and nothing is said of it.
    Row("POST", "/boxes/{box}", 200, SIGNED_IN, form=lambda t: {"ids": t.draft, "action": "read"}),
    Row("GET", "/folders", 200, SIGNED_IN),
    Row("POST", "/folders", 303, SIGNED_IN, form=lambda t: {"name": t.draft}),
    Row("GET", "/folders/{id}", 200, AUTHOR),
    Row("POST", "/folders/{id}", 303, AUTHOR, form=lambda t: {"name": t.draft, "parent": ""}),
    Row("GET", "/folders/{id}/delete", 200, AUTHOR),
    Row("POST", "/folders/{id}/delete", 303, AUTHOR),
    Row("GET", "/new", 200, SIGNED_IN, query=lambda t: f"to=person:{t.stranger}"),
    Row("POST", "/new", 303, SIGNED_IN, form=mine, keeps=True),
    Row("GET", "/drafts/{id}", 200, AUTHOR),
    Row("POST", "/drafts/{id}", 303, AUTHOR, form=saved_draft, keeps=True),
    Row("POST", "/drafts/{id}/undo", 303, AUTHOR),
    Row("POST", "/drafts/{id}/leaving", 303, AUTHOR, form=lambda t: {"action": "now"}),
    Row("GET", "/drafts/{id}/participants", 200, AUTHOR),
    Row("POST", "/drafts/{id}/participants", 303, AUTHOR, form=adding),
    Row("GET", "/discussions/{id}", 200, INSIDE),
    Row(
        "POST",
        "/discussions/{id}/replies",
        303,
        INSIDE,
        form=lambda t: {"client_id": t.discussion, "body": "x"},
        keeps=True,
    ),
    Row("POST", "/discussions/{id}/forward", 303, INSIDE),
    Row("POST", "/discussions/{id}/read", 303, INSIDE, form=lambda t: {"seq": "1"}),
    Row("POST", "/discussions/{id}/participants", 303, ADDING, form=adding),
    Row("GET", "/discussions/{id}/participants/{person}/remove", 200, MAY_REMOVE),
    Row("POST", "/discussions/{id}/participants/{person}/remove", 303, MAY_REMOVE),
    Row("POST", "/discussions/{id}/unread", 303, INSIDE, form=lambda t: {"seq": "1"}),
    Row("POST", "/discussions/{id}/mute", 303, INSIDE, form=lambda t: {"muted": "yes"}),
    Row("GET", "/discussions/{id}/entries/{seq}", 200, INSIDE),
    Row("GET", "/discussions/{id}/print", 200, INSIDE),
    Row("GET", "/discussions/{id}/download", 200, INSIDE, query=lambda t: "as=text"),
    Row("GET", "/discussions/{id}/stop", 200, INSIDE),
    Row("POST", "/discussions/{id}/stop", 303, INSIDE),
    Row(
        "GET", "/fragments/rows", 200, SIGNED_IN, query=lambda t: f"box=progress&ids={t.discussion},{t.draft}"
    ),
    Row("GET", "/fragments/senders", 200, SIGNED_IN, query=lambda t: "box=inbox&q=a"),
    Row("GET", "/fragments/home", 200, SIGNED_IN),
    Row("GET", "/fragments/boxes", 200, SIGNED_IN, query=lambda t: "box=inbox"),
    Row("GET", "/fragments/waiting", 200, SIGNED_IN),
    Row("GET", "/fragments/own-view/{id}", 200, INSIDE),
    Row("GET", "/fragments/participants/{id}", 200, INSIDE),
    Row("POST", "/fragments/drafts/{id}", 204, AUTHOR, form=saved_draft),
    Row("POST", "/fragments/preview", 200, SIGNED_IN, form=lambda t: {"body": "*x*"}),
    Row("GET", "/static", 404, EVERYBODY),
]
