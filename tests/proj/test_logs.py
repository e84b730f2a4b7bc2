import logging
import logging.config
import sys
from types import SimpleNamespace

import pytest
import structlog
from django.core import mail
from django.core.management import call_command
from huey.contrib.djhuey import HUEY

from proj.logging import AdminMail, OnceAMinute, drop_personal, logging_config, once_a_request
from proj.sentry import tags, without_personal_data
from realtime.mail.admins import wait_until_told


@pytest.mark.parametrize(
    ("request_line", "logged"),
    [
        ("GET /sites/", "GET /sites/"),
        ("GET /welcome?key=abc", "GET /welcome"),
        ("GET /share/q3J-x_8dK2mfQ0aZ7yLw1A/widgets/pages?q=a", "GET /share/…/widgets/pages"),
        ("GET /wall/q3J-x_8dK2mfQ0aZ7yLw1A", "GET /wall/…"),
        ("GET /wall/links-x_8dK2mfQ0aZ7yLw1", "GET /wall/…"),
        ("POST /wall/links/3/revoke", "POST /wall/links/3/revoke"),
        ("GET /wall/links", "GET /wall/links"),
        ("GET /ws/wall/q3J-x_8dK2mfQ0aZ7yLw1A", "GET /ws/wall/…"),
        (
            "GET /password/new/MQ/die2yc-e9b7babde73e6816a281b31c08f23fbd",
            "GET /password/new/MQ/…",
        ),
    ],
)
def test_a_request_is_logged_without_what_may_be_a_key(request_line, logged):
    assert {"request": logged} == drop_personal(None, "info", {"request": request_line})


def test_a_log_line_loses_what_names_a_person():
    line = {"event": "x", "ip": "203.0.113.7", "user_agent": "Firefox", "email": "a@example.com"}

    assert {"event": "x"} == drop_personal(None, "info", line)


def test_a_request_is_logged_once_when_it_has_finished():
    with pytest.raises(structlog.DropEvent):
        once_a_request(None, "info", {"event": "request_started"})

    finished = {"event": "request_finished"}
    assert finished == once_a_request(None, "info", dict(finished))


def test_errors_also_go_to_a_file_that_is_rotated_daily(tmp_path):
    path = tmp_path / "errors.log"
    handler = logging_config("INFO", "console", str(path))["handlers"]["error_file"]

    assert ("midnight", "ERROR", str(path)) == (
        handler["when"],
        handler["level"],
        handler["filename"],
    )
    root = logging.getLogger()
    before = list(root.handlers), root.level
    try:
        logging.config.dictConfig(logging_config("INFO", "console", str(path)))
        logging.getLogger("test").warning("not there")
        logging.getLogger("test").error("there")
    finally:
        for opened in root.handlers:
            opened.close()
        root.handlers, root.level = before
    assert ["there"] == [line.split('"event": "')[1][:5] for line in path.read_text().splitlines()]


def failed(address: str) -> logging.LogRecord:
    """What Django logs of a request whose view failed with the address in a local variable."""
    try:
        raise ValueError("boom")
    except ValueError as error:
        trouble = (ValueError, error, error.__traceback__)
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "Internal Server Error: %s", ("/x",), trouble
    )
    record.request = SimpleNamespace(META={"REMOTE_ADDR": address})
    return record


@pytest.mark.parametrize("style", ["console", "json"])
def test_a_traceback_shows_no_local_variable(style):
    made = logging_config("INFO", style, "")["formatters"][style]
    formatter = made.pop("()")(**made)

    line = formatter.format(failed("91.13.77.201"))

    assert (True, False) == ("ValueError" in line, "91.13.77.201" in line)


def test_a_failed_page_is_mailed_to_the_admins_without_its_request(settings):
    settings.ADMINS = [("admin", "admin@example.com")]
    handlers = logging.getLogger("django").handlers + logging.getLogger("django.request").handlers

    for handler in handlers:
        handler.handle(failed("91.13.77.201"))

    wait_until_told()
    [message] = mail.outbox
    assert "Footfall: Internal Server Error: /x" == message.subject
    assert (True, False, False) == (
        "ValueError: boom" in message.body,
        "91.13.77.201" in message.body,
        "SECRET_KEY" in message.body,
    )


def test_a_mailed_traceback_keeps_its_frames_and_loses_what_errors_quote_of_people(settings):
    settings.ADMINS = [("admin", "admin@example.com")]
    canaries = ("203.0.113.77", "canary@example.com", "Ann Canary", "k" * 40)
    quoted = "of {0} {1} {3}\nDETAIL:  Key (name)=({2}) already exists.".format(*canaries)
    try:
        try:
            raise KeyError(quoted)
        except KeyError as error:
            raise ValueError(quoted) from error
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", canaries[1:2], sys.exc_info())

    AdminMail().emit(record)

    wait_until_told()
    [message] = mail.outbox
    whole = str(message.message())
    assert [] == [each for each in canaries if each in whole]
    assert (2, True) == (message.body.count("test_logs.py"), "ValueError: of" in message.body)


def test_what_a_consumer_repeats_is_logged_once_a_minute():
    once = OnceAMinute()
    made: list[logging.LogRecord] = []
    for seconds, text in [(100, "down"), (101, "down"), (101, "other"), (160, "down")]:
        record = logging.LogRecord("huey", logging.ERROR, "", 0, text, None, None)
        record.created = seconds
        made.append(record)

    assert [True, False, True, True] == [once.filter(record) for record in made]


def test_a_report_to_sentry_keeps_method_and_path_alone():
    report = {
        "message": "boom",
        "user": {"ip_address": "203.0.113.7"},
        "request": {
            "method": "GET",
            "url": "http://localhost/share/q3J-x_8dK2mfQ0aZ7yLw1A/?key=abc",
            "query_string": "key=abc",
            "headers": {"User-Agent": "Firefox"},
            "cookies": {"sessionid": "x"},
            "env": {"REMOTE_ADDR": "203.0.113.7"},
        },
    }

    assert {
        "message": "boom",
        "request": {"method": "GET", "url": "http://localhost/share/…/"},
        "contexts": {},
        "tags": tags(),
    } == without_personal_data(report, {})


@pytest.mark.django_db
def test_lines_about_requests_that_fail_name_no_link(client, capsys, restored):
    logging.config.dictConfig(logging_config("INFO", "console", ""))
    client.get("/share/q3J-x_8dK2mfQ0aZ7yLw1A/")
    client.get("/wall/q3J-x_8dK2mfQ0aZ7yLw1A")

    said = capsys.readouterr().err
    assert (True, False) == ("Not Found: /share/…/" in said, "q3J-x_8dK2mfQ0aZ7yLw1A" in said)


@pytest.fixture
def restored():
    """The handlers of the tests, once the test is over."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_what_the_queue_logs_is_written_once(monkeypatch):
    class Written(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    lines: list[str] = []
    huey = logging.getLogger("huey")
    # What the root has and what run_huey would add are both told.
    monkeypatch.setattr(logging, "StreamHandler", Written)
    monkeypatch.setattr(logging.getLogger(), "handlers", [Written()])
    consumer = SimpleNamespace(run=lambda: huey.warning("tried again"))
    monkeypatch.setattr(HUEY, "create_consumer", lambda **_options: consumer)

    call_command("run_huey")

    assert ["tried again"] == lines
