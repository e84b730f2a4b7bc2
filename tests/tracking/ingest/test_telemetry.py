"""What accepting counts of its own work."""

import json

import pytest

from tests.counted import counting
from tests.tracking.ingest.accepting import GOOGLEBOT, PAGEVIEW, send
from tracking.ingest import inbox
from tracking.ingest.refusals import StorageDown

pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_accepted_hit_is_counted_once_it_is_stored(site, client):
    with counting("footfall_hits_total") as grown:
        await send(client)

    assert {("accepted", ""): 1} == grown


async def test_each_hit_of_a_list_is_counted(site, client):
    event = {"type": "event", "payload": {"website": "example.com", "url": "/a"}}

    with counting("footfall_hits_total") as grown:
        await client.post("/api/batch", content=json.dumps([event, event]))

    assert {("accepted", ""): 2} == grown


async def test_a_refused_hit_is_counted_by_its_reason(site, client):
    with counting("footfall_hits_total") as grown:
        await client.post(
            "/api/event", content=json.dumps(PAGEVIEW), headers={"User-Agent": GOOGLEBOT}
        )

    assert {("refused", "bot"): 1} == grown


async def test_a_hit_over_a_limit_is_counted_apart(site, client, monkeypatch):
    monkeypatch.setattr(
        "tracking.ingest.limits.Limits.take_address", lambda _limits, _address: False
    )

    with counting("footfall_hits_total") as grown:
        await send(client)

    assert {("limited", "address_limit"): 1} == grown


@pytest.mark.parametrize(
    ("method", "body", "reason"),
    [
        ("POST", "no json", "malformed"),
        ("POST", "x" * 100_000, "too_large"),
        ("DELETE", "", "method"),
    ],
)
async def test_a_request_that_is_no_hit_is_counted_as_bad(site, client, method, body, reason):
    with counting("footfall_hits_total") as grown:
        await client.request(method, "/api/event", content=body)

    assert {("bad", reason): 1} == grown


async def test_a_refused_hit_that_is_answered_with_400_is_counted_once(site, client):
    with counting("footfall_hits_total") as grown:
        answer = await client.get(
            "/matomo.php?rec=1&idsite=nowhere.example&url=http://nowhere.example/"
        )

    assert (400, {("refused", "unknown_site"): 1}) == (answer.status_code, grown)


async def test_a_hit_that_cannot_be_stored_is_counted_as_such_alone(site, client, monkeypatch):
    def down(*_arguments: object) -> None:
        raise StorageDown

    monkeypatch.setattr(inbox, "commit", down)

    with counting("footfall_hits_total") as grown:
        await send(client)

    assert {("unavailable", "storage"): 1} == grown


async def test_requests_are_timed_by_their_wire_format(site, client):
    with counting("footfall_http_request_seconds_count") as grown:
        await send(client)

    assert {("hits:plausible", "202"): 1} == grown
