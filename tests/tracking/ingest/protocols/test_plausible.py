import json
from datetime import UTC, datetime

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tracking.ingest.accept import Refused
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols import plausible
from tracking.ingest.protocols.answers import PREFLIGHT
from tracking.ingest.refusals import Malformed, Reason


def request(body: object) -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", "/api/event", b"", {}, "127.0.0.1", data)


PAGEVIEW = {"n": "pageview", "d": "example.com", "u": "https://example.com/a"}


def parsed(**changes: object) -> Hit:
    [hit] = plausible.parse(request(PAGEVIEW | changes))
    return hit


def test_parse_reads_short_names():
    body = {
        "n": "Purchase",
        "d": "www.Example.com",
        "u": "https://example.com/cart?x=1",
        "r": "https://www.google.com/",
        "p": {"plan": "pro", "seats": 3, "trial": False, "nested": {"a": 1}, "blank": " "},
        "$": {"currency": "eur", "amount": "29.90"},
        "i": False,
        "h": 1,
        "w": 390,
        "id": "0b9f8e1a-3d6c-4f7e-9a2b-5c8d7e6f1a2b",
    }

    assert [
        Hit(
            site="example.com",
            name="Purchase",
            url="https://example.com/cart?x=1",
            referrer="https://www.google.com/",
            props={"plan": "pro", "seats": "3", "trial": "false"},
            revenue_amount="29.900",
            revenue_currency="EUR",
            interactive=False,
            hash_mode=True,
            screen_width=390,
            hit_id="0b9f8e1a-3d6c-4f7e-9a2b-5c8d7e6f1a2b",
        )
    ] == plausible.parse(request(body))


def test_parse_reads_long_names():
    body = {
        "name": "Purchase",
        "domain": "example.com",
        "url": "https://example.com/cart",
        "referrer": "https://www.google.com/",
        "props": '{"plan": "pro"}',
        "revenue": {"currency": "USD", "amount": 5},
        "interactive": False,
        "hashMode": True,
    }

    assert [
        Hit(
            site="example.com",
            name="Purchase",
            url="https://example.com/cart",
            referrer="https://www.google.com/",
            props={"plan": "pro"},
            revenue_amount="5.000",
            revenue_currency="USD",
            interactive=False,
            hash_mode=True,
        )
    ] == plausible.parse(request(body))


def test_parse_makes_a_hit_for_each_domain_of_a_comma_list():
    hits = plausible.parse(request(PAGEVIEW | {"d": "example.com, www.example.org,example.com"}))

    assert ["example.com", "example.org"] == [hit.site for hit in hits]


def test_parse_takes_the_page_s_host_where_no_domain_is_named():
    body = {key: value for key, value in PAGEVIEW.items() if key != "d"}

    assert ["example.com"] == [hit.site for hit in plausible.parse(request(body))]


@pytest.mark.parametrize(
    "text", ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00"]
)
def test_parse_reads_when_the_hit_happened(text):
    assert datetime(2026, 1, 31, 12, tzinfo=UTC) == parsed(timestamp=text).own.time


def test_parse_ignores_the_version_of_the_script():
    assert parsed() == parsed(v=27)


@pytest.mark.parametrize(
    ("name", "props"),
    [
        ("engagement", {"author": "Ada", "vitals:lcp": "1200", "vitals:cls": "0.100"}),
        ("pageview", {"author": "Ada"}),
        ("Signup", {"author": "Ada"}),
    ],
)
def test_parse_reads_web_vitals_of_engagement_alone(name, props):
    vitals = {"lcp": 1200, "cls": 0.1, "inp": -8}

    assert props == parsed(n=name, p={"author": "Ada"}, vitals=vitals).props


def test_parse_reads_engagement():
    hit = parsed(n="engagement", sd=80, e=12345)

    assert ("engagement", 80, 12345) == (hit.name, hit.scroll_depth, hit.engaged_ms)


@pytest.mark.parametrize(
    ("depth", "expected"), [(0, 0), (100, 100), (101, None), (-1, None), ("5", None), (True, None)]
)
def test_parse_leaves_out_a_scroll_depth_that_is_none(depth, expected):
    assert expected == parsed(n="engagement", sd=depth).scroll_depth


def test_parse_keeps_the_first_thirty_properties():
    props = {f"key{number}": "x" for number in range(31)}

    assert list(props)[:30] == list(parsed(p=props).props)


@pytest.mark.parametrize(
    "revenue",
    [
        {"currency": "EURO", "amount": 1},
        {"currency": "EUR"},
        {"amount": 1},
        {"currency": "EUR", "amount": "NaN"},
        {"currency": "EUR", "amount": "1e15"},
        {"currency": "EUR", "amount": "999999999999999.9995"},
        {"currency": "EUR", "amount": "1" * 5000},
        "not json",
        7,
    ],
)
def test_parse_leaves_out_revenue_that_is_none(revenue):
    hit = parsed(**{"n": "Purchase", "$": revenue})

    assert ("", "") == (hit.revenue_amount, hit.revenue_currency)


@pytest.mark.parametrize("name", ["pageview", "engagement"])
def test_parse_leaves_out_revenue_of_what_is_no_event_of_its_own(name):
    hit = parsed(**{"n": name, "$": {"currency": "EUR", "amount": 1}})

    assert ("", "") == (hit.revenue_amount, hit.revenue_currency)


def test_parse_cuts_a_long_referrer():
    assert "https://a.example/" + "x" * 1982 == parsed(r="https://a.example/" + "x" * 3000).referrer


def test_parse_removes_what_storage_cannot_hold():
    assert "Signup" == parsed(n="Sign\0up").name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(b"", "request", id="empty"),
        pytest.param(b"{", "request", id="not JSON"),
        pytest.param(b"[]", "request", id="not an object"),
        pytest.param(b"\xff\xfe", "request", id="not UTF-8"),
        pytest.param(b'{"n": NaN}', "request", id="NaN"),
        pytest.param(b'{"n": 1e999}', "request", id="beyond range"),
        pytest.param(b"[" * 9000, "request", id="deep"),
        pytest.param(b'{"n": "\\ud800"}', "request", id="lone surrogate"),
        pytest.param(PAGEVIEW | {"n": ""}, "event_name", id="no name"),
        pytest.param(PAGEVIEW | {"n": 5}, "event_name", id="name is a number"),
        pytest.param(PAGEVIEW | {"n": "x" * 121}, "event_name", id="long name"),
        pytest.param(PAGEVIEW | {"d": ""}, "domain", id="no domain"),
        pytest.param(PAGEVIEW | {"d": " , "}, "domain", id="blank domains"),
        pytest.param(
            PAGEVIEW | {"d": ",".join(f"s{n}.example" for n in range(11))},
            "domain",
            id="11 domains",
        ),
        pytest.param(PAGEVIEW | {"u": ""}, "url", id="no address"),
        pytest.param(PAGEVIEW | {"u": "data:text/html,hello"}, "url", id="data address"),
        pytest.param(PAGEVIEW | {"u": "javascript://x/%0aalert(1)"}, "url", id="script address"),
        pytest.param(PAGEVIEW | {"u": "/relative"}, "url", id="relative address"),
        pytest.param(PAGEVIEW | {"u": "http://[::1"}, "url", id="broken address"),
        pytest.param(PAGEVIEW | {"u": "https://e.example/" + "x" * 2000}, "url", id="long address"),
        pytest.param(PAGEVIEW | {"p": {"k" * 301: "v"}}, "props", id="long property name"),
        pytest.param(PAGEVIEW | {"p": {"k": "v" * 2001}}, "props", id="long property"),
        pytest.param(PAGEVIEW | {"p": {"é" * 151: "v"}}, "props", id="name of 302 bytes"),
        pytest.param(PAGEVIEW | {"p": {"k": "é" * 1001}}, "props", id="property of 2002 bytes"),
        pytest.param(PAGEVIEW | {"id": "x" * 65}, "id", id="long id"),
        pytest.param(PAGEVIEW | {"id": 7}, "id", id="id is a number"),
        pytest.param(PAGEVIEW | {"timestamp": "soon"}, "timestamp", id="no time"),
        pytest.param(
            PAGEVIEW | {"timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp", id="before all time"
        ),
        pytest.param(PAGEVIEW | {"timestamp": "1999-12-31T23:59:59Z"}, "timestamp", id="long ago"),
    ],
)
def test_parse_names_the_field_that_is_wrong(body, field):
    with pytest.raises(Malformed) as caught:
        plausible.parse(request(body))

    assert [field] == list(caught.value.errors)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)
KEYS = st.sampled_from(
    ["n", "d", "u", "r", "p", "$", "i", "h", "sd", "e", "w", "id", "name", "url", "timestamp"]
)


@given(st.binary() | st.dictionaries(KEYS, JSON).map(lambda d: json.dumps(PAGEVIEW | d).encode()))
def test_parse_never_fails_otherwise(body):
    try:
        hits = plausible.parse(request(body))
    except Malformed:
        return
    assert all(hit.site and hit.name and hit.url for hit in hits)


def test_answer_is_ok_and_counts_what_was_dropped():
    outcomes = [Refused(Reason.UNKNOWN_SITE), Refused(Reason.UNKNOWN_SITE), Refused(Reason.BOT, 1)]

    answer = plausible.answer(request(PAGEVIEW), outcomes)

    headers = dict(answer.headers)
    assert (202, b"ok", b"3", b"unknown_site, bot") == (
        answer.status,
        answer.body,
        headers[b"x-plausible-dropped"],
        headers[b"x-footfall-dropped"],
    )


def debugged(peer: str, **headers: str) -> Response:
    asked = request(PAGEVIEW | {"d": "example.com,example.org", "p": {"plan": "pro"}})
    asked.peer = peer
    asked.headers = {"x-debug-request": "true", **headers}
    return plausible.answer(asked, [Refused(Reason.BOT, 1), Refused(Reason.UNKNOWN_SITE)])


@override_settings(TRUSTED_PROXIES=["127.0.0.1"])
def test_answer_tells_whoever_asks_how_the_request_was_seen():
    answer = debugged("127.0.0.1", **{"x-forwarded-for": "91.0.0.7", "user-agent": "Agent"})

    hit = {
        "name": "pageview",
        "url": "https://example.com/a",
        "props": {"plan": "pro"},
    }
    assert {
        "ip": "91.0.0.7",
        "user_agent": "Agent",
        "hits": [
            {"domain": "example.com", **hit, "dropped": "bot"},
            {"domain": "example.org", **hit, "dropped": "unknown_site"},
        ],
    } == json.loads(answer.body)
    assert (202, b"2") == (answer.status, dict(answer.headers)[b"x-plausible-dropped"])


@override_settings(TRUSTED_PROXIES=["127.0.0.1"])
def test_answer_shows_no_address_that_somebody_claims():
    answer = debugged("203.0.113.9", **{"x-forwarded-for": "91.0.0.7"})

    assert "203.0.113.9" == json.loads(answer.body)["ip"]


def test_a_page_may_not_ask_how_its_visitor_was_seen():
    assert b"x-debug-request" not in dict(PREFLIGHT)[b"access-control-allow-headers"]


WORDS = st.text("abcdefghij éß漢", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    name=WORDS,
    props=st.dictionaries(WORDS, WORDS, max_size=30),
    cents=st.integers(-(10**12), 10**12),
    interactive=st.booleans(),
    width=st.integers(0, 10_000),
    time=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_what_is_valid_arrives_unchanged(name, props, cents, interactive, width, time):
    amount = f"{cents / 100:.3f}"

    hit = parsed(
        **{"n": name, "p": props, "$": {"amount": amount, "currency": "EUR"}, "w": width},
        i=interactive,
        timestamp=time.isoformat(),
    )

    assert (name, props, amount, "EUR", interactive, width, time) == (
        hit.name,
        hit.props,
        hit.revenue_amount,
        hit.revenue_currency,
        hit.interactive,
        hit.screen_width,
        hit.own.time,
    )
