"""Error reports to Sentry: off without a DSN, and without personal data."""

from typing import Any

from structlog.contextvars import get_contextvars

from proj import process
from proj.personal import without_people
from proj.release import version

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
        return without_people(value)
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
    from sentry_sdk.integrations.logging import ignore_logger

    # Their lines tell of each try of a task, and once more of the last, which proj.tasks reports.
    for name in ("huey", "proj.tasks"):
        ignore_logger(name)
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=f"footfall@{version()}",
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # It would report each try of a task, too.
        disabled_integrations=[HueyIntegration()],
        before_send=without_personal_data,
        before_send_transaction=without_personal_data,
        **options,
    )
