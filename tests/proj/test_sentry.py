"""What leaves the server in a report of an error, as it would go over the wire."""

import logging
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import sentry_sdk
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport
from structlog.contextvars import bind_contextvars, clear_contextvars

from proj import process, tasks
from proj.release import version
from proj.reported import Reported
from proj.sentry import scrubbed, start_sentry
from tests.proj.metrics.test_tasks import fails, ran

REQUEST_ID = "0123456789abcdef0123456789abcdef"
# What nobody may read in a report, wherever it was.
CANARIES = ("203.0.113.77", "2001:db8::77", "canary@example.com", "canary-token-" + "k" * 40)


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent += [orjson.loads(item.get_bytes()) for item in envelope.items]


@pytest.fixture
def sent(monkeypatch):
    before = sentry_sdk.get_global_scope().client
    transport = Kept()
    start_sentry(
        "https://key@sentry.invalid/1",
        "tests",
        transport=transport,
        default_integrations=False,
        # Of the default ones, what reports lines of the log.
        integrations=[LoggingIntegration()],
        auto_enabling_integrations=False,
        server_name="canary@example.com",
    )
    clear_contextvars()
    yield transport.sent
    clear_contextvars()
    sentry_sdk.get_global_scope().set_client(before)


def test_a_report_says_release_process_storage_and_whose_work_it_was(sent, monkeypatch):
    monkeypatch.setattr(process, "_kind", "hits")
    bind_contextvars(request_id=REQUEST_ID, task="drain")

    sentry_sdk.capture_exception(ValueError("no"))

    [report] = sent
    wanted = {"process": "hits", "engine": "duckdb", "request_id": REQUEST_ID, "task": "drain"}
    assert (f"footfall@{version()}", wanted) == (
        report["release"],
        {name: report["tags"].get(name) for name in wanted},
    )


def test_nothing_personal_leaves_wherever_it_was(sent):
    secret = " ".join(CANARIES)
    scope = sentry_sdk.get_isolation_scope()
    scope.set_user({"ip_address": CANARIES[0], "email": CANARIES[2]})
    scope.set_extra("body", secret)
    scope.set_tag("who", secret)
    scope.set_context("visit", {"address": secret})
    sentry_sdk.add_breadcrumb(message=secret, data={"sql": secret})
    local = secret

    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise ValueError(f"of {local}") from error
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.capture_message(f"asked by {secret}")
    scope.clear()

    whole = orjson.dumps(sent).decode()
    assert (2, []) == (len(sent), [each for each in CANARIES if each in whole])
    assert "ValueError" in whole


def test_a_line_of_the_log_is_reported_without_its_values(sent):
    from sentry_sdk.integrations.logging import EventHandler

    record = logging.LogRecord("django", logging.ERROR, "", 0, "from %s of %s", CANARIES[:2], None)
    EventHandler().emit(record)

    whole = orjson.dumps(sent).decode()
    assert (1, []) == (len(sent), [each for each in CANARIES if each in whole])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("duplicate key\nDETAIL:  Key (name)=(Ann) already exists.", "duplicate key\n…"),
        ("failed\nCONTEXT:  COPY, line 1: 'Ann'", "failed\n…"),
        ("at 10.0.0.7:5432", "at …:5432"),
        ("from ::1 and fe80::1", "from … and …"),
        ("to ann@example.com", "to …"),
        ("no such column: visits", "no such column: visits"),
    ],
)
def test_texts_of_errors_lose_what_they_quote(text, left):
    assert {"value": left} == scrubbed({"value": text})


async def test_an_application_in_front_of_django_is_reported_and_fails_as_before(sent):
    async def fails(_scope: object, _receive: object, _send: object) -> None:
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        await Reported(fails)({}, None, None)

    assert ["boom"] == [report["exception"]["values"][0]["value"] for report in sent]


@pytest.mark.parametrize(("retries", "reports"), [(2, 0), (0, 1)], ids=["tries left", "last try"])
def test_a_task_is_reported_at_its_last_try_with_its_name(sent, retries, reports):
    bind_contextvars(task="drain")

    tasks.report_failure("error", SimpleNamespace(name="drain", retries=retries), ValueError("no"))

    assert ["drain"] * reports == [report["tags"]["task"] for report in sent]


def test_a_task_that_a_worker_tries_in_vain_is_reported_once(sent):
    ran(fails, retries=2)

    assert [["ValueError"]] == [
        [error["type"] for error in report["exception"]["values"]] for report in sent
    ]
