"""Logs: one JSON object a line on standard error, without anybody's words in it.

Messages of exceptions are left out, since they may quote a statement's values or a request; their types and where
they came from stay.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

# These say at INFO what the ready line or a request's answer says already.
QUIET = ("uvicorn", "uvicorn.error", "alembic", "httpx", "asyncio")
PEERS = "uvicorn.peers"
"""What peers do wrong is told to them; here only our own mistakes are noted."""


def configure_logs(stream: TextIO | None = None) -> None:
    """Send structlog's and the libraries' logs of this process to `stream` (standard error)."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, shorten],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(PEERS).setLevel(logging.ERROR)


def describe_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the places that it came through."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["exception"] = [f"{type(e).__module__}.{type(e).__qualname__}" for e in _chain(error)]
        event["places"] = _places(error.__traceback__)
    return event


def shorten(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keep the first line of a library's message, or the type at the end of a traceback in one.

    Libraries put the exception's message and a task's description into the lines between.
    """
    lines = str(event["event"]).strip().split("\n")
    is_traceback = lines[0].startswith("Traceback")
    event["event"] = lines[-1].partition(":")[0] if is_traceback else lines[0]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
