import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.ingest.accept import Accepted, Outcome, Refused
from tracking.ingest.hit import Hit, Own, WaitingHit
from tracking.ingest.http import Request
from tracking.ingest.protocols import umami
from tracking.ingest.refusals import Malformed, Reason

WEBSITE = "b59e9c65-ae32-47f1-8400-119fcf4861c4"
PAYLOAD = {"website": WEBSITE, "hostname": "example.com", "url": "/a"}


def request(body: object, path: str = "/api/send") -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", path, b"", {}, "127.0.0.1", data)


def item(kind: str = "event", **changes: object) -> dict[str, object]:
    return {"type": kind, "payload": PAYLOAD | changes}


def parsed(kind: str = "event", **changes: object) -> Hit:
    [hit] = umami.parse(request(item(kind, **changes)))
    return hit


def accepted(visitor: int = 7, time_ms: int = 0) -> Outcome:
    waiting = WaitingHit(time_ms, visitor, None, "pageview", "https://example.com/a")
    return Accepted(1, "", waiting)


def answered(body: object, *outcomes: Outcome, path: str = "/api/send") -> tuple[int, dict]:
    """Status and content of the answer to a body whose hits had these outcomes."""
    asked = request(body, path)
    umami.parse(asked)
    answer = umami.answer(asked, outcomes)
    return answer.status, json.loads(answer.body)


def test_parse_reads_a_pageview():
    hit = parsed(
        url="/a?utm_source=news#part",
        referrer="https://www.google.com/",
        title="A page",
        screen="1920x1080",
        language="de-DE",
        tag="blue",
    )

    assert (
        Hit(
            site=WEBSITE,
            name="pageview",
            url="https://example.com/a?utm_source=news#part",
            referrer="https://www.google.com/",
            title="A page",
            props={"tag": "blue"},
            hash_mode=True,
            screen_width=1920,
            language="de-DE",
        )
        == hit
    )


def test_parse_reads_an_event_with_nested_data_and_revenue():
    data = {"plan": "pro", "cart": {"items": 2, "gift": True}, "tags": ["a", "b"], "none": None}

    hit = parsed(name="Purchase", data=data | {"revenue": 29.9, "currency": "EUR"})

    assert (
        "Purchase",
        {
            "plan": "pro",
            "cart.items": "2",
            "cart.gift": "true",
            "tags": '["a","b"]',
            "revenue": "29.9",
            "currency": "EUR",
        },
        "29.900",
        "EUR",
    ) == (hit.name, hit.props, hit.revenue_amount, hit.revenue_currency)


@pytest.mark.parametrize("amount", [0, -5, "much", None])
def test_parse_takes_no_revenue_that_is_not_above_zero(amount):
    hit = parsed(name="Refund", data={"revenue": amount, "currency": "EUR"})

    assert ("", "") == (hit.revenue_amount, hit.revenue_currency)


def test_parse_makes_web_vitals_engagement():
    hit = parsed("performance", lcp=1200.4, cls=0, inp=-1, ttfb="fast")

    assert ("engagement", {"vitals:lcp": "1200", "vitals:cls": "0.000"}) == (hit.name, hit.props)


def test_parse_makes_no_hit_of_identify():
    assert [] == umami.parse(request(item("identify", id="ada", data={"plan": "pro"})))


def test_parse_names_the_visitor_by_the_clients_own_id():
    assert "ada" == parsed(id="ada").visitor


def test_parse_keeps_what_a_backend_says_of_the_visitor_apart():
    hit = parsed(ip="91.0.0.7", userAgent="Firefox", timestamp=1767225600)

    assert hit.own.address == "91.0.0.7"
    assert ("Firefox", datetime(2026, 1, 1, tzinfo=UTC)) == (hit.own.user_agent, hit.own.time)


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        pytest.param({"url": "https://example.com/b"}, "https://example.com/b", id="full address"),
        pytest.param({"url": None}, "https://example.com/", id="no address"),
        pytest.param({"hostname": None}, "https://localhost/a", id="no host name"),
    ],
)
def test_parse_joins_host_name_and_path(changes, url):
    assert url == parsed(**changes).url


def test_parse_resolves_a_referrer_that_is_a_path():
    assert "https://example.com/before" == parsed(referrer="/before").referrer


@pytest.mark.parametrize(
    ("sent", "title"),
    [("caf%C3%A9%20bar", "café bar"), ("100% sure", "100% sure"), ("50%E9", "50%E9")],
    ids=["encoded by older trackers", "plain", "not UTF-8"],
)
def test_parse_decodes_the_title(sent, title):
    assert title == parsed(title=sent).title


@pytest.mark.parametrize(("sent", "name"), [("pageview", "Pageview"), ("engagement", "Engagement")])
def test_parse_renames_an_event_whose_name_means_something_else_here(sent, name):
    assert name == parsed(name=sent).name


def test_parse_bounds_data():
    hit = parsed(name="Long", data={f"key{n}": "x" * 3000 for n in range(31)})

    assert (30, {2000}) == (len(hit.props), {len(text) for text in hit.props.values()})


def test_parse_leaves_out_data_that_is_nested_deeper_than_eight_levels():
    data: dict[str, object] = {"deepest": "kept"}
    for _ in range(7):
        data = {"a": data}

    hit = parsed(name="Deep", data={"b": data, **data})

    assert {"a.a.a.a.a.a.a.deepest": "kept"} == hit.props


def test_parse_calls_a_site_as_it_is_stored():
    assert "example.com" == parsed(website="www.Example.com").site


def test_parse_cuts_a_long_referrer():
    assert 2000 == len(parsed(referrer="https://a.example/" + "x" * 3000).referrer)


def test_parse_reads_an_id_against_counting_twice():
    assert "one" == parsed(hit_id="one").hit_id


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param([], "request: must be an object with a type and a payload", id="a list"),
        pytest.param(
            {"type": "event"}, "request: must be an object with a type and a payload", id="empty"
        ),
        pytest.param(
            item("click"), "type: must be event, identify or performance", id="unknown type"
        ),
        pytest.param(
            item(website=""), "website: should be an id of at most 253 bytes", id="no website"
        ),
        pytest.param(
            item(website="é" * 127), "website: should be an id of at most 253 bytes", id="long id"
        ),
        pytest.param(item(name="x" * 121), "name: should be at most 120 characters", id="name"),
        pytest.param(item(url="http://[::1"), "url: must be an address or a path", id="broken"),
        pytest.param(
            item(url="data:text/html,x"),
            "url: must be a page's address, such as https://example.com/",
            id="data address",
        ),
        pytest.param(item(ip="home"), "ip: must be an IP address", id="address"),
        pytest.param(
            item(timestamp="soon"), "timestamp: must be a Unix time in seconds", id="time"
        ),
        pytest.param(
            item(timestamp=946_684_799), "timestamp: must not be before 2000", id="long ago"
        ),
    ],
)
def test_an_item_that_is_wrong_is_answered_400_with_the_reason(body, sentence):
    assert (
        400,
        {"error": {"message": sentence, "code": "bad-request", "status": 400}},
    ) == answered(body)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{}", [item()] * 1001], ids=["empty", "not JSON", "no list", "too many"]
)
def test_parse_refuses_a_batch_that_is_none(body):
    with pytest.raises(Malformed):
        umami.parse(request(body, "/api/batch"))


def test_answer_names_session_and_visit_by_visitor_and_hour():
    _, first = answered(item(), accepted())
    _, again = answered(item(), accepted())
    _, hour_later = answered(item(), accepted(time_ms=3_600_000))
    _, other = answered(item(), accepted(visitor=8))

    assert first == again
    assert first["sessionId"] == hour_later["sessionId"] != other["sessionId"]
    assert first["visitId"] != hour_later["visitId"]
    assert f"{first['sessionId']}.{first['visitId']}" == first["cache"]


@pytest.mark.parametrize(
    ("reason", "status", "content"),
    [
        (Reason.BOT, 200, {"beep": "boop"}),
        (
            Reason.UNKNOWN_SITE,
            400,
            {"error": {"message": "Website not found.", "code": "bad-request", "status": 400}},
        ),
        (Reason.OPTED_OUT, 200, {"cache": "", "sessionId": "", "visitId": ""}),
    ],
)
def test_answer_tells_of_a_refused_hit_as_umami_does(reason, status, content):
    assert (status, content) == answered(item(), Refused(reason))


def test_answer_names_the_reason_in_the_header():
    answer = umami.answer(request(item()), [Refused(Reason.OPTED_OUT, 1)])

    assert b"opted_out" == dict(answer.headers)[b"x-footfall-dropped"]


def test_identify_is_answered_like_an_event():
    assert (200, {"cache": "", "sessionId": "", "visitId": ""}) == answered(item("identify"))


def test_a_bad_item_of_a_batch_loses_no_other():
    batch = [item(), {"type": "event"}, item("identify"), item(website="gone"), item()]
    outcomes = [accepted(), Refused(Reason.UNKNOWN_SITE), accepted()]

    status, content = answered(batch, *outcomes, path="/api/batch")

    fault = "request: must be an object with a type and a payload"
    _, alone = answered(item(), accepted())
    assert (
        200,
        {
            "size": 5,
            "processed": 3,
            "errors": 2,
            "details": [
                {
                    "index": 1,
                    "response": {"error": {"message": fault, "code": "bad-request", "status": 400}},
                },
                {
                    "index": 3,
                    "response": {
                        "error": {
                            "message": "Website not found.",
                            "code": "bad-request",
                            "status": 400,
                        }
                    },
                },
            ],
            "cache": alone["cache"],
        },
    ) == (status, content)


def test_an_item_of_a_batch_that_a_limit_took_is_named():
    outcomes = [accepted(), Refused(Reason.SITE_LIMIT, 1), accepted()]

    status, content = answered([item()] * 3, *outcomes, path="/api/batch")

    sentence = "Too many hits; send it again later."
    error = {"message": sentence, "code": "too-many-requests", "status": 429}
    assert (200, 2, 1, [{"index": 1, "response": {"error": error}}]) == (
        status,
        content["processed"],
        content["errors"],
        content["details"],
    )


def test_a_batch_may_be_larger_than_one_hit():
    assert (16 * 1024, 1024 * 1024) == (
        umami.body_limit("/api/send"),
        umami.body_limit("/api/batch"),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)
NAMES = ["website", "hostname", "url", "referrer", "title", "name", "data", "tag", "screen", "lcp"]
KEYS = st.sampled_from([*NAMES, "language", "id", "ip", "userAgent", "timestamp", "hit_id"])
ITEMS = st.builds(
    lambda kind, payload: {"type": kind, "payload": PAYLOAD | payload},
    st.sampled_from(["event", "identify", "performance", 1]),
    st.dictionaries(KEYS, JSON | st.sampled_from(["http://[", "1e999", "9" * 400, "%ff"])),
)


@given(st.binary() | ITEMS | st.lists(ITEMS | JSON), st.sampled_from(["/api/send", "/api/batch"]))
def test_no_input_makes_an_unhandled_error(body, path):
    asked = request(body, path)
    try:
        hits = umami.parse(asked)
    except Malformed:
        return
    answer = umami.answer(asked, [accepted() for _ in hits])
    assert answer.status in (200, 400)


WORDS = st.text("abcdefghij éß漢", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    name=WORDS,
    title=WORDS,
    data=st.dictionaries(WORDS, WORDS, max_size=20),
    width=st.integers(1, 99_999),
    visitor=WORDS,
    seconds=st.integers(946_684_800, 4_000_000_000),
)
def test_what_is_valid_arrives_unchanged(name, title, data, width, visitor, seconds):
    hit = parsed(
        name=name,
        title=title,
        data=data,
        screen=f"{width}x800",
        id=visitor,
        timestamp=seconds,
        userAgent="Agent",
        ip="2001:db8::1",
    )

    assert (name, title, data, width, visitor) == (
        hit.name,
        hit.title,
        hit.props,
        hit.screen_width,
        hit.visitor,
    )
    assert hit.own == Own("2001:db8::1", "Agent", datetime.fromtimestamp(seconds, UTC))
