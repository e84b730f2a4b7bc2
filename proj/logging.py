"""Structured logs: events with fields, never an address, an agent, a name or a token."""

import logging.config
import traceback
from typing import Any

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from proj.personal import TOKEN, without_people

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
    # Its own lines about requests that fail name their paths.
    if str(event.get("logger")).startswith("django."):
        event["event"] = TOKEN.sub("…", str(event.get("event")))
    return event


def one_line(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Spell out what would end the line, colour a terminal or turn the text around."""
    return {
        key: spelt_out(value) if isinstance(value, str) else value for key, value in event.items()
    }


def spelt_out(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


class OnceAMinute(logging.Filter):
    """Lets each message of a logger through once a minute.

    Huey's threads meet a queue that is down many times a second, and log a traceback each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key = (record.name, str(record.msg))
        if record.created - self._passed.get(key, 0) < 60:
            return False
        self._passed[key] = record.created
        return True


class AdminMail(logging.Handler):
    """Mails an error and its traceback to the admins, and of the request its path alone.

    Without what texts of errors quote of people, as in reports to Sentry.
    """

    def emit(self, record: logging.LogRecord) -> None:
        # Not at the top: logging is set up before there are models.
        from realtime.mail.admins import tell_admins

        what = " ".join(without_people(record.getMessage()).split())
        error = record.exc_info[1] if record.exc_info else None
        told = traceback_of(error) if error else ""
        try:
            tell_admins("page_failed", {"what": what, "traceback": told})
        except Exception:
            self.handleError(record)


def traceback_of(error: BaseException) -> str:
    """The frames as they are, being code, and the errors between them without people."""
    parts = traceback.format_exception(error)
    return "".join(part if part.startswith("  File ") else without_people(part) for part in parts)


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
        "admins": {
            "class": "proj.logging.AdminMail",
            "level": "ERROR",
            "filters": ["once_a_minute"],
        },
        "nothing": {"class": "logging.NullHandler"},
    }
    everywhere = ["stderr"]
    if error_file:
        everywhere.append("error_file")
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
        # Tracebacks without local variables: in those of accepting are addresses.
        "formatters": {
            "console": formatter(
                one_line,
                structlog.dev.ConsoleRenderer(
                    colors=False, exception_formatter=structlog.dev.plain_traceback
                ),
            ),
            "json": formatter(
                ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
                structlog.processors.JSONRenderer(),
            ),
        },
        "filters": {"once_a_minute": {"()": "proj.logging.OnceAMinute"}},
        "handlers": handlers,
        "root": {"handlers": everywhere, "level": level},
        "loggers": {
            # Without Django's own handlers, whose mail holds the whole request.
            "django": {"handlers": []},
            "django.request": {"handlers": ["admins"]},
            # Without any, run_huey gives it one of its own, and each line comes twice.
            "huey": {"level": "WARNING", "handlers": ["nothing"]},
            "huey.consumer.Scheduler": {"filters": ["once_a_minute"]},
            "huey.consumer.Worker": {"filters": ["once_a_minute"]},
            # Of a Redis that is down, each second.
            "channels_redis.pubsub": {"filters": ["once_a_minute"]},
            "daphne": {"level": "WARNING"},
            "uvicorn": {"level": "WARNING"},
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
