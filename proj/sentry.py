"""Error reports to Sentry: off without a DSN, and without personal data."""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.huey import HueyIntegration

from proj.logging import TOKEN


def without_personal_data(event: Any, _hint: Any) -> Any:
    """Strip a report of what says who asked: user, headers, cookies, query and address."""
    event.pop("user", None)
    request = event.get("request")
    if request:
        event["request"] = {key: request[key] for key in ("method", "url") if key in request}
        event["request"]["url"] = TOKEN.sub(
            "…", str(event["request"].get("url", "")).partition("?")[0]
        )
    return event


def start_sentry(dsn: str, environment: str) -> None:
    """Start the SDK where a DSN is set."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        # It would report each try of a task; proj.tasks reports the last.
        disabled_integrations=[HueyIntegration()],
        before_send=without_personal_data,
        before_send_transaction=without_personal_data,
    )
