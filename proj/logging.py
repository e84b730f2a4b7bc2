"""Structured logs: events with fields, never an address, an agent, a name or a token."""

import logging.config
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

# Keys and tokens are longer than the words of an address.
TOKEN = re.compile(r"[\w-]{32,}")

PERSONAL_KEYS = ("ip", "user_agent", "email", "remote_addr")


def once_a_request(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Leave out that a request has started: that it has finished says the same and its outcome."""
    if event.get("event") == "request_started":
        raise structlog.DropEvent
    return event


def drop_personal(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Remove what names a person, and from a request's address what may be a key."""
    for key in PERSONAL_KEYS:
        event.pop(key, None)
    if isinstance(request := event.get("request"), str):
        event["request"] = TOKEN.sub("…", request.partition("?")[0])
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    once_a_request,
    drop_personal,
]


def logging_config(level: str, style: str, error_file: str) -> dict[str, Any]:
    """The dictConfig: everything to standard error, errors also to a file rotated daily."""
    handlers: dict[str, dict[str, Any]] = {
        "stderr": {"class": "logging.StreamHandler", "formatter": style},
    }
    if error_file:
        handlers["error_file"] = {
            "class": "logging.handlers.TimedRotatingFileHandler",
            "filename": error_file,
            "when": "midnight",
            "utc": True,
            "backupCount": 14,
            "delay": True,
            "level": "ERROR",
            "formatter": "json",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "console": formatter(structlog.dev.ConsoleRenderer(colors=False)),
            "json": formatter(
                structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()
            ),
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            "huey": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
        },
    }


def formatter(*renderers: Processor) -> dict[str, Any]:
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    }


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: the standard library's logging and structlog on top of it."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
