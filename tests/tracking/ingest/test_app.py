"""The road of a hit from the wire to the inbox, over ASGI."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.db import OperationalError, connections
from msgspec.json import decode
from msgspec.structs import asdict

from tests.factories import MembershipFactory, SiteFactory
from tests.server import CHROME
from tracking.ingest import app, inbox, one_address
from tracking.ingest.app import AcceptApp
from tracking.ingest.hit import WaitingHit
from tracking.ingest.limits import Limits
from tracking.ingest.protocols.answers import PIXEL
from tracking.ingest.refusals import StorageDown
from tracking.ingest.rules import Rules
from tracking.models import ApiKey, InboxHit, LedgerEntry, RefusalCount, Salt

pytestmark = pytest.mark.django_db(transaction=True)

PAGEVIEW = {"n": "pageview", "d": "example.com", "u": "https://example.com/a"}
BROWSER = {"User-Agent": CHROME, "X-Forwarded-For": "91.0.0.7", "Accept-Language": "de-DE"}
POLL_SECONDS = 0.01
PATIENCE = 10
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


async def pages(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"pages"})


@pytest.fixture
def site():
    return SiteFactory(domain="example.com")


@pytest.fixture
async def client(monkeypatch):
    asked: list[int] = []
    accepting = AcceptApp(pages)
    monkeypatch.setattr(accepting.inbox, "_on_commit", lambda: asked.append(1))
    transport = httpx.ASGITransport(accepting, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as open_client:
        open_client.headers.update(BROWSER)
        open_client.accepting = accepting
        open_client.asked = asked
        yield open_client
    if accepting.poller:
        accepting.poller.cancel()
    accepting.storage.submit(connections.close_all).result()
    accepting.storage.shutdown()


async def send(client: httpx.AsyncClient, **changes: object) -> httpx.Response:
    return await client.post("/api/event", content=json.dumps(PAGEVIEW | changes))


@sync_to_async
def waiting() -> list[dict]:
    hits = InboxHit.objects.order_by("id")
    return [asdict(decode(hit.payload, type=WaitingHit)) for hit in hits]


async def test_a_hit_is_committed_before_it_is_answered(site, client):
    answer = await send(client, r="https://www.google.com/")

    [hit] = await waiting()
    assert (202, "ok", "*") == (
        answer.status_code,
        answer.text,
        answer.headers["access-control-allow-origin"],
    )
    assert ("pageview", "https://example.com/a", "https://www.google.com/", "DE", CHROME) == (
        hit["name"],
        hit["url"],
        hit["referrer"],
        hit["country"],
        hit["user_agent"],
    )
    assert [1] == client.asked


async def test_a_hit_keeps_no_address(site, client):
    await send(client)

    assert "91.0.0.7" not in json.dumps(await waiting())


async def test_hits_that_arrive_together_share_commits(site, client, monkeypatch):
    groups: list[int] = []
    commit = inbox.commit

    def counting(accepted, refused):
        groups.append(len(accepted))
        commit(accepted, refused)

    monkeypatch.setattr(inbox, "commit", counting)

    await asyncio.gather(*(send(client) for _ in range(50)))

    assert (50, 50) == (sum(groups), len(await waiting()))
    assert len(groups) < 10


async def test_a_hit_with_an_id_is_counted_once_however_often_it_is_sent(site, client):
    await asyncio.gather(*(send(client, id="one") for _ in range(5)))
    again = await send(client, id="one")
    await send(client, id="two")

    assert (202, 2) == (again.status_code, len(await waiting()))
    assert 2 == await LedgerEntry.objects.acount()


async def test_a_request_that_a_trusted_proxy_names_counts_once(site, client):
    name = {"X-Request-ID": "0123456789abcdef0123456789abcdef"}
    for _ in range(2):
        await client.post("/api/event", content=json.dumps(PAGEVIEW), headers=name)

    assert 1 == len(await waiting())


async def test_a_request_that_a_stranger_names_counts_each_time(site, client):
    client._transport.client = ("91.0.0.7", 5000)
    name = {"X-Request-ID": "0123456789abcdef0123456789abcdef"}
    for _ in range(2):
        await client.post("/api/event", content=json.dumps(PAGEVIEW), headers=name)

    assert 2 == len(await waiting())


async def test_hits_without_an_id_each_count(site, client):
    await send(client)
    await send(client)

    assert 2 == len(await waiting())


async def test_an_id_counts_once_for_each_site_of_a_comma_list(site, client):
    await sync_to_async(SiteFactory)(domain="example.org")

    await send(client, d="example.com,example.org", id="one")
    await send(client, d="example.com,example.org", id="one")

    assert 2 == len(await waiting())


async def test_a_site_counts_from_the_moment_it_is_added(site, client):
    refused = await send(client, d="example.org")
    await sync_to_async(SiteFactory)(domain="example.org")
    accepted = await send(client, d="example.org")

    assert ("unknown_site", None) == (
        refused.headers["x-footfall-dropped"],
        accepted.headers.get("x-footfall-dropped"),
    )


async def test_a_site_of_a_comma_list_counts_from_the_moment_it_is_added(site, client):
    await send(client)
    await sync_to_async(SiteFactory)(domain="example.org")

    await send(client, d="example.com,example.org")

    assert 3 == len(await waiting())


async def test_a_hit_known_by_its_other_name_reads_no_rules_again(site, client, monkeypatch):
    page = {"Host": "stats.invalid", "Referer": "https://example.com/"}
    await client.get("/count?p=/a", headers=page)
    client.accepting.poller.cancel()
    read: list[Rules] = []
    monkeypatch.setattr(app, "refreshed_or_down", read.append)

    await client.get("/count?p=/b", headers=page)

    assert ([], 2) == (read, len(await waiting()))


@pytest.mark.parametrize(
    ("changes", "headers", "reason"),
    [
        pytest.param({"d": "unknown.example"}, {}, "unknown_site", id="unknown site"),
        pytest.param({}, {"User-Agent": GOOGLEBOT}, "bot", id="crawler"),
        pytest.param({}, {"Sec-GPC": "1"}, "opted_out", id="Global Privacy Control"),
        pytest.param({}, {"DNT": "1"}, "opted_out", id="Do Not Track"),
        pytest.param({"r": "https://semalt.com/"}, {}, "spam", id="spam"),
    ],
)
async def test_a_refused_hit_is_answered_202_with_the_reason_and_counted(
    site, client, changes, headers, reason
):
    answer = await client.post(
        "/api/event", content=json.dumps(PAGEVIEW | changes), headers=headers
    )
    await client.accepting.inbox.flush_refusals()

    assert (202, "1", reason) == (
        answer.status_code,
        answer.headers["x-plausible-dropped"],
        answer.headers["x-footfall-dropped"],
    )
    assert [] == await waiting()
    known = 0 if reason == "unknown_site" else site.pk
    assert [(known, reason, 1)] == [
        row async for row in RefusalCount.objects.values_list("site_id", "reason", "count")
    ]


async def test_refused_hits_are_counted_though_none_is_accepted(site, client, monkeypatch):
    monkeypatch.setattr(app, "POLL_SECONDS", POLL_SECONDS)

    await client.post("/api/event", content=json.dumps(PAGEVIEW), headers={"DNT": "1"})

    async with asyncio.timeout(PATIENCE):
        while not await RefusalCount.objects.aexists():
            await asyncio.sleep(POLL_SECONDS)


async def test_opting_out_is_not_honoured_where_the_owner_says_so(site, client):
    site.honour_opt_out = False
    await sync_to_async(site.save)()

    await client.post("/api/event", content=json.dumps(PAGEVIEW), headers={"DNT": "1"})

    assert 1 == len(await waiting())


async def test_agent_and_language_are_cut(site, client):
    long = {"User-Agent": f"{CHROME} {'x' * 600}", "Accept-Language": "de, " * 100}
    await client.post("/api/event", content=json.dumps(PAGEVIEW), headers=long)

    [hit] = await waiting()
    assert (long["User-Agent"][:512], long["Accept-Language"][:100]) == (
        hit["user_agent"],
        hit["language"],
    )


async def test_a_key_in_the_request_lets_the_hit_say_when_it_happened(site, client):
    owner = (await sync_to_async(MembershipFactory)(site=site)).user
    _, key = await sync_to_async(ApiKey.issue)(owner)
    body = json.dumps(PAGEVIEW | {"timestamp": "2026-05-05T12:00:00Z"})

    await client.post("/api/event", content=body, headers={"Authorization": f"bearer {key}"})

    assert [1777982400000] == [hit["time_ms"] for hit in await waiting()]


async def test_a_malformed_body_is_answered_400_with_the_reason(site, client):
    answer = await client.post("/api/event", content=b"{")

    assert (400, {"errors": {"request": ["must be JSON"]}}) == (answer.status_code, answer.json())


async def test_an_oversized_body_is_answered_413(site, client):
    answer = await client.post("/api/event", content=b"x" * 20_000)

    assert (413, ["is too large"]) == (answer.status_code, answer.json()["errors"]["request"])


async def test_storage_that_fails_is_answered_503_and_works_again_afterwards(
    site, client, monkeypatch
):
    await send(client)

    def full(_accepted):
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "insert", full)
        failed = await send(client, id="one")
    recovered = await send(client, id="one")

    assert (503, "2", 202) == (
        failed.status_code,
        failed.headers["retry-after"],
        recovered.status_code,
    )
    assert 2 == len(await waiting())


async def test_rules_that_cannot_be_read_are_answered_503(site, client, monkeypatch):
    def away(_rules):
        raise OperationalError("no such host")

    monkeypatch.setattr(app, "refreshed", away)

    assert 503 == (await send(client)).status_code


async def test_rules_are_read_again_after_each_failure(site, client, monkeypatch):
    monkeypatch.setattr(app, "POLL_SECONDS", POLL_SECONDS)
    await send(client)
    failures = [StorageDown(), RuntimeError()]
    read = app.refreshed_or_down

    def failing(rules):
        if failures:
            raise failures.pop()
        return read(rules)

    monkeypatch.setattr(app, "refreshed_or_down", failing)
    site.blocked_pages = "/a"
    await sync_to_async(site.save)()

    async with asyncio.timeout(PATIENCE):
        while (await send(client)).headers.get("x-footfall-dropped") != "page":
            await asyncio.sleep(POLL_SECONDS)

    assert [] == failures


async def test_a_file_of_places_that_was_renewed_is_looked_for(site, client, monkeypatch):
    looked = asyncio.Event()
    monkeypatch.setattr(client.accepting.places, "reload_if_changed", looked.set)

    await send(client)

    async with asyncio.timeout(PATIENCE):
        await looked.wait()


async def test_all_hits_from_one_address_are_warned_of(site, client, monkeypatch, caplog):
    monkeypatch.setattr(one_address, "HITS", 2)

    await send(client)
    await send(client)

    assert any("all_hits_from_one_address" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/event", "POST, OPTIONS"),
        ("PUT", "/matomo.php", "GET, POST, OPTIONS"),
        ("HEAD", "/image/example.com.gif", "GET, OPTIONS"),
        ("PUT", "/api/batch", "POST, OPTIONS"),
    ],
)
async def test_another_method_is_answered_405_with_those_that_are_allowed(
    client, method, path, allowed
):
    answer = await client.request(method, path)

    assert (405, allowed) == (answer.status_code, answer.headers["allow"])


async def test_head_of_the_script_is_answered_as_get_without_the_body(client):
    whole = await client.get("/js/script.js")
    head = await client.head("/js/script.js")

    assert (200, whole.headers, b"") == (head.status_code, head.headers, head.content)


async def test_preflight_allows_any_origin(client):
    answer = await client.options("/api/event")

    assert (204, "*", "content-type, authorization, x-umami-cache") == (
        answer.status_code,
        answer.headers["access-control-allow-origin"],
        answer.headers["access-control-allow-headers"],
    )


async def test_the_image_counts_the_page_that_shows_it(site, client):
    answer = await client.get(
        "/image/example.com.gif", headers={"Referer": "https://example.com/no-script"}
    )

    [hit] = await waiting()
    assert (200, "image/gif", 43) == (
        answer.status_code,
        answer.headers["content-type"],
        len(answer.content),
    )
    assert ("pageview", "https://example.com/no-script") == (hit["name"], hit["url"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/image/unknown.example.gif", PIXEL),
        ("/visit/unknown.example/visited", b"visit not counted"),
    ],
    ids=["image", "first form"],
)
async def test_a_request_without_a_script_that_is_refused_is_answered_202(
    site, client, path, content
):
    answer = await client.get(path)

    assert (202, content, "unknown_site") == (
        answer.status_code,
        answer.content,
        answer.headers["x-footfall-dropped"],
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_first_form_records_a_named_event(site, client, method):
    answer = await client.request(method, "/visit/example.com/visited?event=Sign%20up")

    [hit] = await waiting()
    assert (200, "visit recorded") == (answer.status_code, answer.text)
    assert ("Sign up", "https://example.com/") == (hit["name"], hit["url"])


async def test_the_script_is_served_with_its_source_beside_it(client):
    script = await client.get("/js/script.js")
    source = await client.get("/js/script.src.js")

    assert (200, 200) == (script.status_code, source.status_code)
    assert len(script.text) < len(source.text)
    assert "/api/event" in script.text


@pytest.mark.parametrize(
    "path", ["/sign-in", "/image/example.com.png", "/visit//visited", "/api/event/", "/counter"]
)
async def test_other_addresses_go_to_the_pages(client, path):
    assert "pages" == (await client.get(path)).text


async def test_the_first_form_names_no_longer_event_than_other_formats(client):
    answer = await client.get("/visit/example.com/visited", params={"event": "x" * 121})

    assert (400, {"errors": {"event": ["should be at most 120 characters"]}}) == (
        answer.status_code,
        answer.json(),
    )


async def test_a_page_whose_address_is_too_long_is_counted_as_the_front_page(site, client):
    page = {"Referer": f"https://example.com/{'x' * 2000}"}
    await client.get("/image/example.com.gif", headers=page)

    assert ["https://example.com/"] == [hit["url"] for hit in await waiting()]


async def test_a_visitor_is_known_under_yesterdays_salt_after_midnight(site, client):
    midnight = datetime(2026, 5, 5, tzinfo=UTC)
    with time_machine.travel(midnight - timedelta(minutes=5), tick=False):
        await send(client)
    with time_machine.travel(midnight + timedelta(minutes=5), tick=False):
        await send(client)

    before, after = await waiting()
    assert (before["visitor"], True) == (
        after["visitor_before"],
        after["visitor"] != before["visitor"],
    )


async def test_salts_end_within_48_hours(site, client):
    for day in (4, 5, 6):
        with time_machine.travel(datetime(2026, 5, day, 0, 0, 1, tzinfo=UTC), tick=False):
            await send(client)

    assert ["2026-05-05", "2026-05-06"] == [
        str(day) async for day in Salt.objects.order_by("day").values_list("day", flat=True)
    ]


async def answers_to(accepting: AcceptApp, receive) -> list[dict]:
    """What is sent for a request whose body comes from `receive`."""
    sent: list[dict] = []

    async def collect(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/event",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
    }
    await accepting(scope, receive, collect)
    return sent


async def test_a_slow_body_is_answered_408(site, client, monkeypatch):
    monkeypatch.setattr("tracking.ingest.http.BODY_SECONDS", 0.01)

    sent = await answers_to(client.accepting, asyncio.Event().wait)

    assert 408 == sent[0]["status"]


async def test_a_client_that_left_gets_no_answer(site, client):
    async def left():
        return {"type": "http.disconnect"}

    assert [] == await answers_to(client.accepting, left)


async def test_a_limit_that_took_every_hit_is_answered_429_and_counted(site, client):
    client.accepting.rules = Rules(limits=Limits(1, 0, clock=lambda: 1000.0))
    answers = [await send(client) for _ in range(11)]
    await client.accepting.inbox.flush_refusals()

    assert [202] * 10 + [429] == [answer.status_code for answer in answers]
    assert ("address_limit", "1") == (
        answers[-1].headers["x-footfall-dropped"],
        answers[-1].headers["retry-after"],
    )
    assert [(site.pk, "address_limit", 1)] == [
        row async for row in RefusalCount.objects.values_list("site_id", "reason", "count")
    ]


async def test_a_request_of_which_a_limit_took_a_part_is_answered_202(site, client):
    await sync_to_async(SiteFactory)(domain="example.org")
    client.accepting.rules = Rules(limits=Limits(1, 0, clock=lambda: 1000.0))
    for _ in range(9):
        await send(client)

    answer = await send(client, d="example.com,example.org")

    assert (202, "1", "address_limit", 10) == (
        answer.status_code,
        answer.headers["x-plausible-dropped"],
        answer.headers["x-footfall-dropped"],
        len(await waiting()),
    )


async def test_a_rule_that_is_changed_holds_for_the_next_hits(site, client):
    await send(client)
    site.blocked_pages = "/a"
    await sync_to_async(site.save)()
    await client.accepting.refresh()

    answer = await send(client)

    assert (202, "page", 1) == (
        answer.status_code,
        answer.headers["x-footfall-dropped"],
        len(await waiting()),
    )
