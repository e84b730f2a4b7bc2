"""What the doctor finds on the way from the public address, well and not."""

from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime

import orjson
import pytest

from proj.status import outside
from proj.status.asking import Answer
from proj.status.finding import State

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PARTS = {"status": "ready", "parts": {"database": "ok"}}
SEEN = {"peer": "127.0.0.1", "trusted": True, "proxied": True, "client": "10.0.0.9", "https": True}


class Proxy:
    """Answers all that is asked with the same."""

    def __init__(self, answer: Answer | Exception, url: str = "https://stats.example.com") -> None:
        self.answer = answer
        self.url = url
        self.is_https = url.startswith("https")

    def ask(self, *_asked: object, **_with: object) -> Answer:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    told = Message()
    for name, value in headers.items():
        told[name.replace("_", "-")] = value
    return Answer(status, told, body if isinstance(body, bytes) else orjson.dumps(body))


def seen(**changes: object) -> Answer:
    return answer(200, {**PARTS, "seen": {**SEEN, **changes}})


CASES = [
    ("public_address", answer(200, PARTS), State.OK),
    ("public_address", answer(503, {"status": "unready", "parts": {"redis": "away"}}), State.BAD),
    ("public_address", answer(404, b"<html>"), State.BAD),
    ("public_address", ConnectionRefusedError(), State.BAD),
    ("clock", answer(200), State.OK),
    ("forwarded", seen(), State.OK),
    ("forwarded", seen(client=outside.INVENTED), State.BAD),
    ("forwarded", seen(trusted=False, peer="10.0.0.2"), State.BAD),
    ("forwarded", seen(proxied=False), State.LOOK),
    ("protocol", seen(), State.OK),
    ("protocol", seen(https=False), State.BAD),
    ("hits", answer(400, {"errors": {}}), State.OK),
    ("hits", answer(202, b"ok"), State.BAD),
    ("hits", answer(404), State.BAD),
    ("streams", answer(401, {"error": "A key is needed."}), State.OK),
    ("streams", answer(502), State.BAD),
    ("files", answer(200, Content_Type="text/css", Cache_Control="max-age=9"), State.OK),
    ("files", answer(200, Content_Type="text/css"), State.LOOK),
    ("files", answer(200, Content_Type="text/html"), State.BAD),
    ("files", answer(404), State.BAD),
]


@pytest.mark.parametrize(("check", "given", "state"), CASES)
def test_what_is_answered_is_judged_and_where_it_is_not_well_there_is_advice(check, given, state):
    found = getattr(outside, check)(Proxy(given), NOW)

    assert (state, state is not State.OK) == (found.state, bool(found.advice))


def test_a_proxy_that_is_not_trusted_is_named_with_what_to_set():
    found = outside.forwarded(Proxy(seen(trusted=False, peer="10.0.0.2")), NOW)

    assert "Add 10.0.0.2 to FOOTFALL_TRUSTED_PROXIES." == found.advice


def test_http_alone_is_to_be_looked_at():
    found = outside.protocol(Proxy(seen(), "http://localhost:8000"), NOW)

    assert State.LOOK is found.state


@pytest.mark.parametrize(
    ("off", "state"), [(0, State.OK), (10, State.LOOK), (100, State.BAD)], ids=str
)
def test_a_clock_that_is_off_is_said(off, state):
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=off))

    assert state is outside.clock(Proxy(answer(200, Date=date)), NOW).state


def test_a_websocket_that_cannot_be_opened_is_said():
    found = outside.websockets(outside.Outside("http://127.0.0.1:1"), NOW)

    assert (State.BAD, True) == (found.state, "/ws/" in found.advice)
