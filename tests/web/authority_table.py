"""The authority table: who may do what, over every route and every socket frame.

A row gives the answer to whoever may; the profile says who that is, and what everybody else gets.
"""

from tests.web import (
    authority_accounts,
    authority_admin,
    authority_api,
    authority_own_data,
    authority_pages,
    authority_people,
    authority_rules,
)
from tests.web.authority_rows import INSIDE, SIGNED_IN, Frame

ROWS = [
    *authority_api.ROWS,
    *authority_pages.ROWS,
    *authority_own_data.ROWS,
    *authority_accounts.ROWS,
    *authority_people.ROWS,
    *authority_admin.ROWS,
    *authority_rules.ROWS,
]

FRAMES = [
    Frame("hello", "resumed complete", INSIDE, lambda t: {"resume": {t.discussion: 1}}),
    Frame(
        "post", "ack", INSIDE, lambda t: {"discussion": t.discussion, "client_id": t.discussion, "body": "x"}
    ),
    Frame("read", "done", INSIDE, lambda t: {"discussion": t.discussion, "seq": 1}),
    Frame("unread", "done", INSIDE, lambda t: {"discussion": t.discussion, "seq": 1}),
    Frame("open", "done", INSIDE, lambda t: {"discussion": t.discussion}),
    Frame("typing", "done", INSIDE, lambda t: {"discussion": t.discussion, "on": True}),
    # Closing what is not open does nothing, whatever it is.
    Frame("close", "done", SIGNED_IN, lambda t: {"discussion": t.discussion}),
    Frame("ping", "pong", SIGNED_IN, lambda t: {"n": 1}),
    *authority_people.FRAMES,
]
