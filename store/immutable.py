"""The mapper's lock on what was sent: the second of three (use cases before it, triggers behind it).

It refuses before anything reaches the database, so that a bug is named where it is.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, event, inspect, select, true
from sqlalchemy.orm import Mapper, ORMExecuteState, Session
from sqlalchemy.sql.dml import Delete, Update

from store.columns import table_of
from store.tables import Entry, Message

message = table_of(Message)

SAID = frozenset(
    {
        "id",
        "kind",
        "author_id",
        "subject",
        "body",
        "state",
        "sent_at",
        "reply_policy",
        "separately",
        "separate_of",
        "urgent",
        "starts_at",
        "ends_at",
        "created_at",
    }
)
"""What of a sent message never changes (its head and its counts advance)."""


class SentNeverChanges(Exception):
    """Something tried to change or delete an entry or a sent message."""


class GuardedSession(Session):
    """A session whose bulk statements are looked at as well as its objects."""


@event.listens_for(Entry, "before_update")
@event.listens_for(Entry, "before_delete")
def _refuse(mapper: Mapper[Any], connection: Connection, entry: Entry) -> None:
    raise SentNeverChanges(f"entry {entry.seq} of {entry.message_id}")


@event.listens_for(Message, "before_update")
def _refuse_update(mapper: Mapper[Any], connection: Connection, target: Message) -> None:
    state = inspect(target)
    changed = {name for name in SAID if state.attrs[name].history.has_changes()}
    if changed and _was_sent(target):
        raise SentNeverChanges(f"{', '.join(sorted(changed))} of message {target.id}")


@event.listens_for(Message, "before_delete")
def _refuse_delete(mapper: Mapper[Any], connection: Connection, target: Message) -> None:
    if _was_sent(target):
        raise SentNeverChanges(f"message {target.id}")


@event.listens_for(GuardedSession, "do_orm_execute")
def _refuse_bulk(execution: ORMExecuteState) -> None:
    statement = execution.statement
    if not isinstance(statement, Update | Delete) or execution.bind_mapper is None:
        return
    if execution.bind_mapper.class_ is Entry:
        raise SentNeverChanges("entries")
    if execution.bind_mapper.class_ is Message and _touches_what_was_said(statement):
        _refuse_if_sent(execution, statement)


def _was_sent(target: Message) -> bool:
    """Whether the row was sent before this flush."""
    history = inspect(target).attrs["state"].history
    before = history.deleted or history.unchanged
    return "sent" in before


def _touches_what_was_said(statement: Update | Delete) -> bool:
    if isinstance(statement, Delete):
        return True
    values = {getattr(column, "key", column) for column in (statement._values or {})}
    return not values or bool(values & SAID)


def _refuse_if_sent(execution: ORMExecuteState, statement: Update | Delete) -> None:
    condition: ColumnElement[bool] = true()
    if statement.whereclause is not None:
        condition = statement.whereclause
    sent = select(message.c.id).where(condition, message.c.state == "sent").limit(1)
    parameters = execution.parameters if isinstance(execution.parameters, dict) else {}
    if execution.session.connection().execute(sent, parameters).first():
        raise SentNeverChanges("messages")
