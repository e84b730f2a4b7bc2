"""Requests as the server hands them over."""

from collections.abc import Callable

import pytest

from tracking.ingest.http import (
    SAFE,
    BodyTooLarge,
    ClientGone,
    Request,
    Response,
    read_body,
    reply,
    request_of,
)
from tracking.ingest.refusals import Malformed


def received(*messages: dict) -> Callable:
    rest = list(messages)

    async def receive() -> dict:
        return rest.pop(0)

    return receive


def part(body: bytes, more: bool = False) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


def test_values_of_a_repeated_header_are_joined_in_their_order():
    scope = {
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [
            (b"X-Forwarded-For", b"6.6.6.6"),
            (b"user-agent", b"caf\xff"),
            (b"x-forwarded-for", b"198.51.100.1"),
        ],
        "client": None,
    }

    headers = {"x-forwarded-for": "6.6.6.6, 198.51.100.1", "user-agent": "caf\ufffd"}
    assert Request("GET", "/", b"", headers, peer="") == request_of(scope)


async def test_a_body_in_parts_is_read_up_to_the_limit():
    assert b"abcd" == await read_body(received(part(b"ab", more=True), part(b"cd")), limit=4)


@pytest.mark.parametrize(
    "messages",
    [[part(b"abcde")], [part(b"abc", more=True), part(b"de", more=True)]],
    ids=["at once", "in parts"],
)
async def test_a_body_over_the_limit_is_read_no_further(messages):
    with pytest.raises(BodyTooLarge):
        await read_body(received(*messages), limit=4)


async def test_a_client_that_leaves_sends_no_body():
    with pytest.raises(ClientGone):
        await read_body(received(part(b"a", more=True), {"type": "http.disconnect"}), limit=4)


@pytest.mark.parametrize(
    ("query", "value"),
    [(b"event=a&event=b", "a"), (b"", ""), (b"event=%ff", "\ufffd"), (b"event=a+b%20c", "a b c")],
)
def test_a_parameter_is_the_first_of_its_name(query, value):
    assert value == Request("GET", "/", query, {}, "").param("event")


def test_more_than_a_hundred_parameters_are_refused():
    with pytest.raises(Malformed):
        Request("GET", "/", b"a=1&" * 100 + b"a=1", {}, "").param("event")


@pytest.mark.parametrize(("method", "body"), [("GET", b"ok"), ("HEAD", b"")])
async def test_head_is_answered_with_the_length_of_the_body_and_without_it(method, body):
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    await reply(send, Response(200, b"ok"), method)

    assert [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [*SAFE, (b"content-length", b"2")],
        },
        {"type": "http.response.body", "body": body},
    ] == sent
