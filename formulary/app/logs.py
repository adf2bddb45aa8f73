"""The log: one JSON object a line, with request and account by number; no name, no text that was typed."""

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, request
from structlog.typing import Processor

NEVER = frozenset(
    [
        "name",
        "patient",
        "password",
        "secret",
        "token",
        "code",
        "born_on",
        "phone",
        "username",
        "reason",
        "remark",
        "note",
        "address",
        "typed",
    ]
)
DEEPEST = 30
_log = structlog.stdlib.get_logger("formulary.requests")


def init_app(app: Flask) -> None:
    """Write a line per request; where it goes is for `to_stderr` or the host's own logging to say."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _without_secrets, *_CHAIN],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    app.before_request(_begin)
    app.after_request(_end)


def to_stderr(level: int = logging.INFO) -> None:
    """Send everything, our lines and those of libraries, to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_FOREIGN,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in NEVER & event.keys():
        event[key] = "(left out)"
    return event


def _who(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if has_request_context():
        event["request_id"] = g.get("request_id", "")
        actor = g.get("actor")
        event["user_id"] = actor.user_id if actor else None
    return event


def _where(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The kind of an exception and where it came from; its message may hold what somebody typed."""
    told = event.pop("exc_info", None)
    fault = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(fault, BaseException):
        frames = traceback.extract_tb(fault.__traceback__)
        event["fault"] = type(fault).__name__
        event["at"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames][-DEEPEST:]
    return event


_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
_CHAIN: list[Processor] = [
    structlog.stdlib.add_log_level,
    _who,
    _STAMP,
    _where,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]
_FOREIGN: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    _who,
    _where,
    _STAMP,
]


def _begin() -> None:
    g.began = time.perf_counter()


def _end(answer: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "(no page)"
    ms = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000)
    if request.endpoint != "static":
        _log.info("request", method=request.method, page=rule, status=answer.status_code, ms=ms)
    return answer
