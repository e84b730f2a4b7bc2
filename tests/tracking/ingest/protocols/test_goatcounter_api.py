import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.ingest.protocols.taking import KEY, NOW, OTHERS_KEY, send
from tracking.ingest.accept import Accepted, Refused
from tracking.ingest.hit import Hit, Own
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols import goatcounter_api
from tracking.ingest.refusals import Malformed, Reason

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
PAGEVIEW = {"path": "/a", "session": "one"}


def request(*hits: object, key: str = KEY, query: bytes = b"", **body: object) -> Request:
    headers = {"host": "stats.example.com", "authorization": f"Bearer {key}" if key else ""}
    data = json.dumps({"hits": hits} | body).encode()
    return Request("POST", "/api/v0/count", query, headers, "127.0.0.1", data)


def told(answer: Response) -> tuple[int, dict[str, object]]:
    return answer.status, json.loads(answer.body)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def test_parse_reads_all_fields_of_a_hit():
    whole = {
        "path": "/a",
        "title": "A page",
        "event": False,
        "ref": "https://news.example/x",
        "size": "1920,1080,1",
        "query": "utm_source=mail",
        "bot": 0,
        "user_agent": FIREFOX,
        "location": "nl",
        "language": "nl-NL",
        "ip": "91.0.0.8:443",
        "created_at": "2026-05-05T13:59:00+02:00",
        "session": "one",
    }

    assert [
        Hit(
            site="stats.example.com",
            name="pageview",
            url="https://stats.example.com/a?utm_source=mail",
            referrer="https://news.example/x",
            title="A page",
            screen_width=1920,
            language="nl-NL",
            visitor="one",
            own=Own(
                address="91.0.0.8",
                user_agent=FIREFOX,
                time=datetime(2026, 5, 5, 13, 59, tzinfo=timezone(timedelta(hours=2))),
                country="NL",
                alone=True,
            ),
            key=KEY,
            needs_key=True,
        )
    ] == goatcounter_api.parse(request(whole))


def test_parse_reads_an_event():
    [hit] = goatcounter_api.parse(request(PAGEVIEW | {"path": "signup", "event": True}))

    assert ("signup", "https://stats.example.com/") == (hit.name, hit.url)


def test_the_site_may_be_named_in_the_query():
    [hit] = goatcounter_api.parse(request(PAGEVIEW, query=b"site=www.Example.com"))

    assert "example.com" == hit.site


def test_counted_hits_are_answered_202():
    outcomes, answer = send(goatcounter_api, request(PAGEVIEW, PAGEVIEW))

    assert [Accepted, Accepted] == [type(each) for each in outcomes]
    assert (202, {"status": "ok"}) == told(answer)


def test_a_key_may_come_as_the_password_of_basic_authorisation():
    basic = request(PAGEVIEW)
    basic.headers["authorization"] = f"Basic {b64encode(f'me:{KEY}'.encode()).decode()}"

    _, answer = send(goatcounter_api, basic)

    assert 202 == answer.status


def test_what_the_hit_leaves_out_is_unknown_and_not_the_backends():
    [accepted], _ = send(goatcounter_api, request(PAGEVIEW), user_agent="python-requests/2.32")

    assert ("", "", "") == (
        accepted.waiting.user_agent,
        accepted.waiting.language,
        accepted.waiting.flags,
    )


def test_a_session_is_one_visitor_whatever_the_agent():
    hits = [PAGEVIEW, PAGEVIEW | {"user_agent": FIREFOX}, PAGEVIEW | {"session": "two"}]

    [first, second, other], _ = send(goatcounter_api, request(*hits))

    assert (True, False) == (
        first.waiting.visitor == second.waiting.visitor,
        first.waiting.visitor == other.waiting.visitor,
    )


def test_a_hit_happened_when_it_says():
    [accepted], _ = send(
        goatcounter_api, request(PAGEVIEW | {"created_at": "2026-05-01T00:00:00Z"})
    )

    assert 1777593600000 == accepted.waiting.time_ms


def test_the_zero_time_of_go_is_now():
    [accepted], _ = send(
        goatcounter_api, request(PAGEVIEW | {"created_at": "0001-01-01T00:00:00Z"})
    )

    assert NOW.timestamp() * 1000 == accepted.waiting.time_ms


def test_with_no_sessions_a_hit_without_session_has_no_visitor():
    [accepted], answer = send(goatcounter_api, request({"path": "/a"}, no_sessions=True))

    assert (202, 0, "no_visitor") == (
        answer.status,
        accepted.waiting.visitor,
        accepted.waiting.flags,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"path": ""}, "path: must be set", id="no path"),
        pytest.param({"path": 5}, "path: must be a text", id="path is a number"),
        pytest.param({"bot": 3}, "bot: wrong value: 3", id="bot"),
        pytest.param({"ip": "here"}, "ip: must be an IP address", id="no address"),
        pytest.param({"session": 5}, "session: must be a text", id="session is a number"),
        pytest.param(
            {"session": "", "ip": "91.0.0.8"},
            "session: session, or ip and user_agent, must be set; "
            "with no_sessions the hit counts without a visitor",
            id="address without agent",
        ),
        pytest.param(
            {"session": ""},
            "session: session, or ip and user_agent, must be set; "
            "with no_sessions the hit counts without a visitor",
            id="no session",
        ),
        pytest.param(
            {"created_at": "yesterday"},
            "created_at: must be a time such as 2026-05-05T12:00:00Z",
            id="no time",
        ),
        pytest.param(
            {"created_at": "2026-05-05T12:00:00"},
            "created_at: must be a time such as 2026-05-05T12:00:00Z",
            id="no time zone",
        ),
        pytest.param(
            {"created_at": "2026-05-05T12:01:00Z"},
            "created_at: must be in the past, and not before 2000",
            id="future",
        ),
        pytest.param(
            {"created_at": "1999-05-05T12:00:00Z"},
            "created_at: must be in the past, and not before 2000",
            id="long ago",
        ),
    ],
)
def test_a_bad_hit_is_told_by_its_index_and_the_others_count(changes, sentence):
    outcomes, answer = send(goatcounter_api, request(PAGEVIEW, PAGEVIEW | changes, PAGEVIEW))

    assert [Accepted, Accepted] == [type(each) for each in outcomes]
    assert (400, {"errors": {"1": sentence}}) == told(answer)


def test_a_hit_that_is_no_object_is_told_by_its_index():
    _, answer = send(goatcounter_api, request(PAGEVIEW, "hit"))

    assert (400, {"errors": {"1": "hit: must be an object"}}) == told(answer)


def test_refused_hits_are_told_by_their_indexes():
    bot = PAGEVIEW | {"user_agent": "curl/8.0"}

    _, answer = send(goatcounter_api, request("hit", PAGEVIEW, bot, PAGEVIEW, bot))

    assert (b"2, 4", b"bot") == (
        dict(answer.headers)[b"x-goatcounter-filter"],
        dict(answer.headers)[b"x-footfall-dropped"],
    )


def test_without_a_key_nothing_is_counted_and_the_answer_is_401():
    outcomes, answer = send(goatcounter_api, request(PAGEVIEW, key=""))

    assert [] == outcomes
    assert (401, {"error": "no API key in the Authorization header"}) == told(answer)


def test_a_key_of_somebody_else_is_answered_403():
    outcomes, answer = send(goatcounter_api, request(PAGEVIEW, key=OTHERS_KEY))

    assert [Refused(Reason.KEY, 1)] == outcomes
    assert (403, {"error": "this API key may not send hits for the site"}) == told(answer)


def test_an_unknown_site_is_answered_400():
    _, answer = send(goatcounter_api, request(PAGEVIEW, query=b"site=unknown.example"))

    assert (400, {"error": "no site is called that"}) == told(answer)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        pytest.param(request(), "hits", id="no hits"),
        pytest.param(request(*[PAGEVIEW] * 501), "hits", id="501 hits"),
        pytest.param(request(PAGEVIEW, filter=["moon"]), "filter", id="unknown filter"),
    ],
)
def test_parse_refuses_a_list_that_is_none(sent, field):
    with pytest.raises(Malformed) as raised:
        goatcounter_api.parse(sent)

    assert [field] == list(raised.value.errors)


def test_parse_asks_for_the_site_at_our_own_host():
    sent = request(PAGEVIEW)
    sent.headers["host"] = "localhost:8000"

    with pytest.raises(Malformed) as raised:
        goatcounter_api.parse(sent)

    assert {"site": ["must be named, as in /api/v0/count?site=example.com"]} == raised.value.errors


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FLOATS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    [*goatcounter_api.NAMES.values(), *goatcounter_api.OTHER_NAMES, "anything"]
)


@given(st.lists(st.dictionaries(FIELDS, JSON) | JSON, min_size=1, max_size=5))
def test_every_hit_of_a_list_is_counted_or_told(hits):
    sent = request(*hits, no_sessions=True)

    outcomes, _ = send(goatcounter_api, sent)

    assert len(hits) == len(outcomes) + len(sent.faults)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_no_body_and_no_key_give_an_unhandled_error(body, authorisation):
    sent = Request(
        "POST", "/api/v0/count", b"", {"authorization": authorisation}, "127.0.0.1", body
    )

    try:
        outcomes, _ = send(goatcounter_api, sent)
    except Malformed:
        return

    assert [] == outcomes


PAST = st.datetimes(datetime(2000, 1, 2), NOW.replace(tzinfo=None), timezones=st.just(UTC))


@given(time=PAST, session=st.text("abc-0", min_size=1), agent=st.text("abc/ é").map(str.strip))
def test_what_is_accepted_arrives_unchanged(time, session, agent):
    item = {"path": "/", "created_at": time.isoformat(), "session": session, "user_agent": agent}

    [hit] = goatcounter_api.parse(request(item))

    assert (time, session, agent) == (hit.own.time, hit.visitor, hit.own.user_agent)
