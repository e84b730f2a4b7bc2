"""Error reports to Sentry: off without a DSN, and without personal data."""

import re
from typing import Any

from structlog.contextvars import get_contextvars

from proj import process
from proj.logging import TOKEN
from proj.release import version

# Addresses of people and of machines; a time of day with seconds looks like the last, and goes too.
EMAIL = re.compile(r"[^\s<>()\"'=]+@[^\s<>()\"'=]+")
IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
# What databases add to their errors: the values of the row, the statement, its parameters.
OF_A_ROW = re.compile(r"\b(?:DETAIL|CONTEXT|LINE \d+|PARAMETERS|parameters)\b.*", re.DOTALL)
PERSONAL = (OF_A_ROW, EMAIL, IPV6, IPV4, TOKEN)

# Who asked, on which machine, with what; and what happened before, which logs tell better.
LEFT_OUT = ("user", "server_name", "extra", "breadcrumbs")
# Of the code alone, or of the report itself.
HARMLESS = {
    *("event_id", "timestamp", "start_timestamp", "release", "environment", "platform", "sdk"),
    *("stacktrace", "modules", "debug_meta", "contexts", "level", "logger", "type", "module"),
}


def without_personal_data(event: Any, _hint: Any) -> Any:
    """Strip a report of what says who asked, and of what texts of errors say of people."""
    for key in LEFT_OUT:
        event.pop(key, None)
    if request := event.get("request"):
        event["request"] = {key: request[key] for key in ("method", "url") if key in request}
        event["request"]["url"] = str(event["request"].get("url", "")).partition("?")[0]
    event["contexts"] = {
        name: context
        for name, context in event.get("contexts", {}).items()
        if name in ("runtime", "trace")
    }
    event = scrubbed(event)
    event["tags"] = {**event.get("tags", {}), **tags()}
    return event


def scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        for pattern in PERSONAL:
            value = pattern.sub("…", value)
        return value
    if isinstance(value, dict):
        return {key: each if key in HARMLESS else scrubbed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(each) for each in value]
    return value


def tags() -> dict[str, str]:
    """By which reports are found: as in the log, and what the server is made of."""
    from django.conf import settings

    bound = get_contextvars()
    return {
        "process": process.kind(),
        "database": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "engine": "clickhouse" if settings.WAREHOUSE else "duckdb",
        **{name: str(bound[name]) for name in ("request_id", "task") if name in bound},
    }


def start_sentry(dsn: str, environment: str, **options: Any) -> None:
    """Start the SDK where a DSN is set; `options` are more of its own."""
    if not dsn:
        return
    # Ten megabytes in each process, for those alone who use it.
    import sentry_sdk
    from sentry_sdk.integrations.huey import HueyIntegration

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=f"footfall@{version()}",
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # It would report each try of a task; proj.tasks reports the last.
        disabled_integrations=[HueyIntegration()],
        before_send=without_personal_data,
        before_send_transaction=without_personal_data,
        **options,
    )
