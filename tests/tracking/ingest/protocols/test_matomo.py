import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.server import CHROME
from tests.tracking.ingest.protocols.taking import KEY, NOW, OTHERS_KEY, send
from tracking.enrich.steps import enrich
from tracking.ingest.accept import Accepted, Refused
from tracking.ingest.hit import Hit, Own
from tracking.ingest.http import BodyTooLarge, Request
from tracking.ingest.protocols import matomo
from tracking.ingest.protocols.answers import PIXEL
from tracking.ingest.refusals import Malformed, Reason

PAGEVIEW = {"idsite": "5", "rec": "1", "url": "https://example.com/a"}
PAST = "2026-05-05 11:00:00"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def request(headers: dict[str, str] | None = None, **changes: str) -> Request:
    query = urlencode(PAGEVIEW | changes).encode()
    return Request("GET", "/matomo.php", query, headers or {}, "127.0.0.1")


def bulk(*items: object, **body: object) -> Request:
    data = json.dumps({"requests": items} | body).encode()
    return Request("POST", "/matomo.php", b"", {}, "127.0.0.1", data)


def item(**changes: str) -> str:
    return f"?{urlencode(PAGEVIEW | changes)}"


def parsed(**changes: str) -> Hit:
    [hit] = matomo.parse(request(**changes))
    return hit


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("path", ["/matomo.php", "/piwik.php"])
def test_matches_both_names_of_the_endpoint(path):
    assert matomo.matches(path)


def test_parse_reads_a_pageview():
    hit = parsed(
        action_name="A page",
        urlref="https://news.example/x",
        res="1280x1024",
        lang="de-DE",
        uid="ada",
        dimension1="blue",
        _id="af344a398df83874",
    )

    assert (
        Hit(
            site="5",
            name="pageview",
            url="https://example.com/a",
            referrer="https://news.example/x",
            title="A page",
            props={"dimension1": "blue"},
            screen_width=1280,
            language="de-DE",
            visitor="ada",
        )
        == hit
    )


def test_parse_reads_what_a_sender_with_a_key_says_of_the_visitor():
    hit = parsed(
        token_auth=KEY,
        cip="91.0.0.8",
        ua=CHROME,
        cdt=PAST,
        country="fr",
        city="Lyon",
        cid="af344a398df83874",
    )

    assert (
        Own("91.0.0.8", CHROME, datetime(2026, 5, 5, 11, tzinfo=UTC), "FR", "", "Lyon"),
        KEY,
        True,
        "af344a398df83874",
    ) == (hit.own, hit.key, hit.needs_key, hit.visitor)


@pytest.mark.parametrize(
    ("changes", "name", "props"),
    [
        pytest.param(
            {"e_c": " Videos ", "e_a": "Play", "e_n": "Intro", "e_v": "1.5"},
            "Videos: Play",
            {"category": "Videos", "action": "Play", "name": "Intro", "value": "1.5"},
            id="event",
        ),
        pytest.param(
            {"link": "https://elsewhere.example/"},
            "Outbound Link: Click",
            {"url": "https://elsewhere.example/"},
            id="outlink",
        ),
        pytest.param(
            {"download": "https://example.com/a.zip"},
            "File Download",
            {"url": "https://example.com/a.zip"},
            id="download",
        ),
        pytest.param(
            {"search": "beans", "search_cat": "food", "search_count": "3"},
            "Search",
            {"query": "beans", "category": "food", "results": "3"},
            id="search",
        ),
        pytest.param(
            {"c_n": "Ad", "c_p": "a.png", "c_t": "/b", "c_i": "click"},
            "Content interaction",
            {"name": "Ad", "piece": "a.png", "target": "/b", "interaction": "click"},
            id="content",
        ),
        pytest.param(
            {"idgoal": "3", "revenue": "9.5"}, "Goal 3", {"revenue": "9.5"}, id="goal, no currency"
        ),
        pytest.param({"idgoal": "0", "revenue": "9.5"}, "Cart update", {"value": "9.5"}, id="cart"),
        pytest.param({"ping": "1"}, "engagement", {}, id="heartbeat"),
    ],
)
def test_parse_reads_what_is_no_pageview(changes, name, props):
    hit = parsed(**changes)

    assert (name, props) == (hit.name, hit.props)


def test_parse_reads_an_order_with_the_currency_that_was_appended():
    hit = parsed(idgoal="0", ec_id="A-1", revenue="29.9", currency="EUR")

    assert ("Order", {"order": "A-1"}, "29.900", "EUR") == (
        hit.name,
        hit.props,
        hit.revenue_amount,
        hit.revenue_currency,
    )


def test_seeing_content_is_not_interactive():
    assert not parsed(c_n="Ad").interactive


def test_parse_reads_a_form():
    body = urlencode(PAGEVIEW | {"url": "https://example.com/b"}).encode()

    [hit] = matomo.parse(Request("POST", "/matomo.php", b"", {}, "127.0.0.1", body))

    assert "https://example.com/b" == hit.url


def test_parse_takes_the_address_before_the_form():
    body = urlencode(PAGEVIEW | {"url": "https://example.com/b"}).encode()
    query = urlencode(PAGEVIEW).encode()

    [hit] = matomo.parse(Request("POST", "/matomo.php", query, {}, "127.0.0.1", body))

    assert "https://example.com/a" == hit.url


def test_parse_takes_the_page_of_an_image_from_the_referrer():
    image = Request(
        "GET",
        "/matomo.php",
        b"idsite=5&rec=1",
        {"referer": "https://example.com/no-script"},
        "127.0.0.1",
    )

    [hit] = matomo.parse(image)

    assert "https://example.com/no-script" == hit.url


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("1777978800", datetime(2026, 5, 5, 11, tzinfo=UTC)),
        ("2026-05-05 11:00:00", datetime(2026, 5, 5, 11, tzinfo=UTC)),
        ("", None),
    ],
)
def test_parse_reads_when_it_happened(time, expected):
    assert expected == parsed(cdt=time).own.time


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, False, id="plain"),
        pytest.param({"cdt": PAST}, False, id="an hour ago"),
        pytest.param({"cdt": "2026-05-04 11:59:59"}, True, id="more than a day ago"),
        pytest.param({"cip": "91.0.0.8"}, True, id="address"),
        pytest.param({"country": "fr"}, True, id="country"),
        pytest.param({"city": "Lyon"}, True, id="city"),
        pytest.param({"region": "ARA"}, True, id="region"),
        pytest.param({"lat": "45.7"}, True, id="latitude"),
        pytest.param({"long": "4.8"}, True, id="longitude"),
    ],
)
def test_parse_asks_for_a_key_where_matomo_does(changes, expected):
    assert expected == parsed(**changes).needs_key


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rec": "0"}, "rec"),
        ({"idsite": " "}, "idsite"),
        ({"url": "nowhere"}, "url"),
        ({"url": "data:text/html,x"}, "url"),
        ({"cip": "here"}, "cip"),
        ({"cdt": "yesterday"}, "cdt"),
        ({"cdt": "9" * 30}, "cdt"),
        ({"cdt": "1999-01-01 00:00:00"}, "cdt"),
        ({"e_c": " ", "e_a": "Play"}, "event"),
        ({"ca": "1"}, "ca"),
    ],
)
def test_parse_names_the_field_that_is_wrong(changes, field):
    with pytest.raises(Malformed) as raised:
        parsed(**changes)

    assert [field] == list(raised.value.errors)


def test_parse_refuses_a_single_request_of_a_bulks_size():
    with pytest.raises(BodyTooLarge):
        matomo.parse(Request("POST", "/matomo.php", b"", {}, "127.0.0.1", b"a" * 20_000))


@pytest.mark.parametrize(
    ("changes", "status", "body"),
    [
        pytest.param({}, 200, PIXEL, id="image"),
        pytest.param({"send_image": "0"}, 204, b"", id="no image"),
        pytest.param({"idsite": "6"}, 400, PIXEL, id="unknown site"),
        pytest.param({"cip": "91.0.0.8"}, 400, PIXEL, id="no key"),
        pytest.param({"cip": "91.0.0.8", "token_auth": OTHERS_KEY}, 400, PIXEL, id="other's key"),
        pytest.param({"cip": "91.0.0.8", "token_auth": KEY}, 200, PIXEL, id="key"),
    ],
)
def test_a_request_is_answered_as_matomo_does(changes, status, body):
    _, answer = send(matomo, request(**changes))

    assert (status, body) == (answer.status, answer.body)


def test_a_refused_hit_is_answered_as_a_counted_one_with_the_reason():
    outcomes, answer = send(matomo, request(), user_agent="curl/8.0")

    assert ([Refused(Reason.BOT, 1)], 200, b"bot") == (
        outcomes,
        answer.status,
        dict(answer.headers)[b"x-footfall-dropped"],
    )


def test_a_page_that_posts_with_credentials_may_read_the_answer():
    _, answer = send(matomo, request({"origin": "https://example.com"}))

    headers = dict(answer.headers)
    assert (b"https://example.com", b"true", b"Origin") == (
        headers[b"access-control-allow-origin"],
        headers[b"access-control-allow-credentials"],
        headers[b"vary"],
    )


def test_a_user_id_is_one_visitor_on_every_device():
    phone, _ = send(matomo, request(uid="ada"), address="91.0.0.9", user_agent=FIREFOX)
    laptop, _ = send(matomo, request(uid="ada"))

    assert phone[0].waiting.visitor == laptop[0].waiting.visitor


def test_a_bulk_counts_what_is_sound_and_tells_how_many_were_not():
    unknown = item(idsite="6")
    fields = PAGEVIEW | {"rec": 1, "cip": "91.0.0.8"}
    sent = bulk(item(), "?rec=1", 7, unknown, fields, token_auth=KEY)

    outcomes, answer = send(matomo, sent)

    assert [Accepted, Refused, Accepted] == [type(each) for each in outcomes]
    assert (200, {"status": "success", "tracked": 2, "invalid": 3}) == (
        answer.status,
        json.loads(answer.body),
    )


def test_a_key_of_one_request_goes_before_that_of_its_bulk():
    own = {"cip": "91.0.0.8", "token_auth": KEY}

    outcomes, _ = send(matomo, bulk(item(**own), token_auth=OTHERS_KEY))

    assert [Accepted] == [type(each) for each in outcomes]


def test_a_bulk_whose_sender_wants_no_answer_is_answered_204():
    _, answer = send(matomo, bulk(item(), send_image=0))

    assert (204, b"") == (answer.status, answer.body)


@pytest.mark.parametrize("bad", ["?rec=1", item(idsite="6")], ids=["malformed", "unknown site"])
def test_a_bulk_whose_sender_wants_no_answer_is_told_of_what_was_not_sound(bad):
    _, answer = send(matomo, bulk(item(), bad, send_image=0))

    assert {"status": "success", "tracked": 1, "invalid": 1} == json.loads(answer.body)


@pytest.mark.parametrize(
    "requests", [None, "?rec=1", ["?rec=1"] * 2001], ids=["none", "text", "long"]
)
def test_parse_refuses_a_bulk_that_is_no_list_of_bounded_length(requests):
    with pytest.raises(Malformed):
        matomo.parse(bulk(requests=requests))


PARAMETERS = st.sampled_from(
    [
        "idsite",
        "rec",
        "url",
        "urlref",
        "action_name",
        "res",
        "ua",
        "lang",
        "uid",
        "cid",
        "cdt",
        "cip",
        "country",
        "city",
        "e_c",
        "e_a",
        "e_n",
        "e_v",
        "link",
        "download",
        "search",
        "search_cat",
        "c_n",
        "c_i",
        "idgoal",
        "revenue",
        "currency",
        "ec_id",
        "ping",
        "send_image",
        "token_auth",
        "dimension1",
        "ca",
        "bots",
    ]
)
VALUES = st.text(max_size=40) | st.sampled_from(["0", "1", "https://example.com/", "5", PAST])


@given(st.dictionaries(PARAMETERS, VALUES))
def test_every_request_of_a_bulk_is_counted_or_told_and_can_be_enriched(fields):
    sent = bulk(item(**fields), fields, PAGEVIEW | fields)

    outcomes, _ = send(matomo, sent)

    assert 3 == len(outcomes) + len(sent.faults)
    for outcome in outcomes:
        if isinstance(outcome, Accepted):
            assert outcome.waiting.name == enrich(1, outcome.waiting).name


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_query_and_no_body_give_an_unhandled_error(query, body):
    try:
        hits = matomo.parse(Request("POST", "/matomo.php", query, {}, "127.0.0.1", body))
    except Malformed:
        return
    assert all(hit.site and hit.name and hit.url for hit in hits)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(category=TEXT, action=TEXT, title=TEXT, user=TEXT, width=st.integers(0, 99_999))
def test_what_is_accepted_arrives_unchanged(category, action, title, user, width):
    hit = parsed(e_c=category, e_a=action, action_name=title, uid=user, res=f"{width}x100")

    assert (f"{category}: {action}", title, user, width) == (
        hit.name,
        hit.title,
        hit.visitor,
        hit.screen_width,
    )
