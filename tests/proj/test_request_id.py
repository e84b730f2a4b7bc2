"""One id a request, from the proxy to the tasks that it asks for."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from huey import MemoryHuey
from huey.contrib.djhuey import HUEY
from structlog.contextvars import bind_contextvars, clear_contextvars

from proj import request_id
from proj.request_id import RequestIds, current

GIVEN = "0123456789abcdef0123456789abcdef"
MADE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(autouse=True)
def _nothing_bound():
    clear_contextvars()
    yield
    clear_contextvars()


@pytest.mark.parametrize(
    ("sent", "peer", "is_kept"),
    [
        (GIVEN, "127.0.0.1", True),
        (GIVEN, "", True),
        (GIVEN, "203.0.113.7", False),
        (GIVEN.upper(), "127.0.0.1", False),
        (f"{GIVEN}\nroot: in", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
    ids=["of the proxy", "over a local socket", "of a stranger", "capitals", "too much", "none"],
)
def test_an_id_is_kept_in_its_form_and_from_a_trusted_proxy_alone(sent, peer, is_kept):
    found = request_id.id_of(sent, peer)

    assert (True, is_kept) == (bool(MADE.fullmatch(found)), found == sent)


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_what_a_request_and_a_websocket_log_has_their_id(kind):
    seen: list[tuple[str, str]] = []

    async def application(scope: dict[str, Any], _receive: object, _send: object) -> None:
        seen.append((scope["request_id"], current()))

    scope = {
        "type": kind,
        "headers": [(b"x-request-id", GIVEN.encode())],
        "client": ("127.0.0.1", 1),
    }
    await RequestIds(application)(scope, None, None)

    assert [(GIVEN, GIVEN)] == seen


async def test_a_lifespan_has_none():
    seen: list[str] = []

    async def application(_scope: object, _receive: object, _send: object) -> None:
        seen.append(current())

    await RequestIds(application)({"type": "lifespan"}, None, None)

    assert [""] == seen


@pytest.mark.django_db
def test_pages_are_logged_and_answered_with_the_id(client, caplog):
    answer = client.get("/sign-in", headers={"x-request-id": GIVEN})

    [line] = [each.msg for each in caplog.records if "request_finished" in str(each.msg)]
    assert (GIVEN, GIVEN) == (answer["X-Request-ID"], line["request_id"])


@pytest.mark.django_db
def test_a_stranger_gets_an_id_of_our_own(client):
    answer = client.get("/sign-in", headers={"x-request-id": GIVEN}, REMOTE_ADDR="203.0.113.7")

    assert (True, False) == (
        bool(MADE.fullmatch(answer["X-Request-ID"])),
        answer["X-Request-ID"] == GIVEN,
    )


@pytest.mark.django_db
@pytest.mark.urls("tests.dashboard.test_errors")
def test_the_page_that_says_that_something_broke_names_the_request(client):
    client.raise_request_exception = False

    answer = client.get("/fails-500", headers={"x-request-id": GIVEN})

    assert f"<code>{GIVEN}</code>" in answer.text


@pytest.fixture
def queue():
    """A queue of its own with the listeners of the server's."""
    made = MemoryHuey("of-this-test", results=False)
    made._signal = HUEY._signal
    return made


def work_off(queue: MemoryHuey) -> None:
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def test_a_task_asked_for_by_a_request_has_its_id_in_all_tries(queue):
    seen: list[str] = []

    def work() -> None:
        seen.append(current())
        raise ValueError("again")

    bind_contextvars(request_id=GIVEN)
    queue.task(retries=1, name="work")(work)()
    bind_contextvars(request_id="f" * 32)
    work_off(queue)

    assert [GIVEN, GIVEN] == seen


def test_a_task_that_nobody_asked_for_has_none(queue):
    seen: list[str] = []

    queue.task(name="work")(lambda: seen.append(current()))()
    bind_contextvars(request_id=GIVEN)
    work_off(queue)

    assert [""] == seen


def test_a_task_keeps_its_own_id_behind_that_of_the_request():
    task = SimpleNamespace(id="9f", revoke_id="r:9f")
    bind_contextvars(request_id=GIVEN)

    request_id.carry("enqueued", task)
    request_id.carry("enqueued", task)

    assert (f"{GIVEN}-9f", f"r:{GIVEN}-9f") == (task.id, task.revoke_id)
