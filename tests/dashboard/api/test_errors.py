"""Whatever goes wrong, the answer is JSON with a sentence."""

import pytest

from dashboard.api import goals, sites
from tests.dashboard.api.asking import asking, headers, send
from tests.factories import SeatFactory, UserFactory
from tracking.models import ApiKey

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The request's body is not JSON"),
        (b"{", "The request's body is not JSON"),
        (b'{"site_id": "\xff"}', "The request's body is not JSON"),
        (b'{"site_id": "\\ud800"}', "The request's body is not JSON"),
        (b'{"limit": 1e999}', "The request's body is not JSON"),
        (b'{"limit": NaN}', "The request's body is not JSON"),
        (b"[" * 5000 + b"]" * 5000, "The request's body is not JSON"),
        (b'{"site_id": ' + b"[" * 70 + b"]" * 70 + b"}", "nested deeper than 64 levels"),
        (b'{"site_id": "a\\u0000"}', "a text with the character U+0000"),
        (b'{"\\u0000": 1}', "a text with the character U+0000"),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
    ],
)
def test_body_that_cannot_be_read_is_refused_with_a_sentence(body, sentence):
    status, answer = asking(UserFactory())("POST", "/api/v2/query", body)

    assert (400, True) == (status, sentence in answer["error"]), answer


def test_body_that_is_too_large_is_refused_by_its_size(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = asking(UserFactory())("POST", "/api/v2/query", {"site_id": "a" * 100})

    assert (413, {"error": "The request is too large."}) == answer


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", ["/api/", "/api/v3/query", "/api/v1/sites/a/b", "/api/v2/query/"])
def test_address_that_is_none_is_not_found_without_a_key(method, path):
    response = send(method, path)

    assert (404, {"error": "There is nothing at this address. See /api/openapi.json."}) == (
        response.status_code,
        response.json(),
    )


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v2/query", "POST"),
        ("DELETE", "/api/v1/sites", "GET, POST"),
        ("OPTIONS", "/api/v1/sites/a.example", "GET, PUT, DELETE"),
        ("POST", "/api/openapi.json", "GET"),
    ],
)
def test_wrong_method_is_told_the_right_ones(method, path, allowed):
    response = send(method, path)

    assert (405, allowed, {"error": f"The method must be one of {allowed}."}) == (
        response.status_code,
        response["Allow"],
        response.json(),
    )


def test_head_gets_the_headers_alone():
    response = send("HEAD", "/api/v1/sites", **headers(ApiKey.issue(UserFactory())[1]))

    assert (200, b"") == (response.status_code, response.content)


def test_unknown_host_is_a_bad_request():
    response = send("GET", "/api/v1/sites", Host="elsewhere.example")

    assert (400, {"error": "The request cannot be understood."}) == (
        response.status_code,
        response.json(),
    )


def test_failure_says_nothing_of_itself(client, monkeypatch):
    def fail(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(sites, "page", fail)
    client.raise_request_exception = False

    response = client.get("/api/v1/sites", headers=headers(ApiKey.issue(UserFactory())[1]))

    assert (500, {"error": "Something failed here. It has been noted; try again later."}) == (
        response.status_code,
        response.json(),
    )


def test_second_of_two_requests_at_once_is_asked_to_ask_again(monkeypatch):
    owned = SeatFactory()
    body = {"site_id": owned.site.domain, "goal_type": "event", "event_name": "Signup"}
    ask = asking(owned.user)
    ask("PUT", "/api/v1/sites/goals", body)
    # The other request's goal was not there yet when this one looked.
    monkeypatch.setattr(goals.Goal, "same_in", lambda wanted, among: None)
    monkeypatch.setattr(goals.Goal, "full_clean", lambda goal: None)

    answer = ask("PUT", "/api/v1/sites/goals", body)

    assert (409, {"error": "Another request has just saved the same. Ask again."}) == answer
