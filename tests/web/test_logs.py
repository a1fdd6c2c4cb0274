"""Logs: one JSON object a line, without content."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from web.logs import configure_logs

PRIVATE = "private words"
Written = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[Written]:
    """What has been logged, line by line; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def fail() -> None:
    """Fail as a database does: with values in the message."""
    try:
        raise KeyError(PRIVATE)
    except KeyError as error:
        raise ValueError(f"INSERT … [parameters: {PRIVATE!r}]") from error


def test_an_exception_is_its_types_and_places_without_its_message(written: Written) -> None:
    """What an exception quotes is nobody's business; where it came from helps."""
    try:
        fail()
    except ValueError:
        structlog.get_logger("parley").exception("reply_failed", discussion="d1")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n%s", PRIVATE)
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=%r>", PRIVATE
    )
    first, second, third = written()
    assert PRIVATE not in str([first, second, third])
    assert (first["event"], first["level"], first["discussion"]) == ("reply_failed", "error", "d1")
    assert first["exception"] == ["builtins.ValueError", "builtins.KeyError"]
    assert any("test_logs.py" in place and place.endswith(" fail") for place in first["places"])
    assert second["event"] == "Exception in ASGI application"
    assert third["event"] == "Task exception was never retrieved"


def test_libraries_are_quiet_about_ordinary_things(written: Written) -> None:
    """The ready line says it once; nobody needs five lines more."""
    logging.getLogger("uvicorn.error").info("Started server process")
    structlog.get_logger("parley").info("sign_ins_purged", count=0)
    assert [line["event"] for line in written()] == ["sign_ins_purged"]
