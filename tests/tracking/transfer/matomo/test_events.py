import pytest

from tests.tracking.transfer.matomo.answers import BEGIN, action, page, visit
from tracking.transfer.matomo.events import events, origin

URL = "https://example.com/"


def test_page_is_a_pageview_of_its_visit():
    assert [
        {
            "visitor": "c7eabd04b45e68b3",
            "visit": "1-10",
            "referrer": "",
            "country": "AT",
            "region": "Wien",
            "city": "Vienna",
            "browser": "Chrome",
            "browser_version": "122.0",
            "os": "Android",
            "os_version": "14",
            "device": "Mobile",
            "screen": "Laptop",
            "language": "de",
            "timestamp": "2026-03-10T12:55:36+00:00",
            "url": URL,
            "props": {},
            "name": "pageview",
            "title": "Page /",
        }
    ] == list(events(visit(page())))


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(
            action("event", eventCategory="Video", eventAction="Play", eventName="Trailer",
                   eventValue=3.5, url=URL),
            {"name": "Video: Play", "props": {"category": "Video", "action": "Play",
                                              "name": "Trailer", "value": "3.5"}},
            id="event",
        ),
        pytest.param(
            action("outlink", url="https://other.example/x"),
            {"name": "Outbound Link: Click", "props": {"url": "https://other.example/x"}},
            id="outlink",
        ),
        pytest.param(
            action("download", url="https://example.com/a.pdf"),
            {"name": "File Download", "props": {"url": "https://example.com/a.pdf"}},
            id="download",
        ),
        pytest.param(
            action("search", url=URL, siteSearchKeyword="shoes", siteSearchCategory="Men",
                   siteSearchCount=4),
            {"name": "Search", "props": {"query": "shoes", "category": "Men", "results": "4"}},
            id="search",
        ),
        pytest.param(
            action("goal", goalId=2, goalName="Sign up", revenue="10.5", url=URL),
            {"name": "Goal 2", "props": {"goal": "Sign up"}, "interactive": False,
             "revenue_amount": "10.5", "revenue_currency": "EUR"},
            id="goal",
        ),
        pytest.param(
            action("goal", goalId=1, goalName="Read", revenue="0.00", url=URL),
            {"name": "Goal 1", "props": {"goal": "Read"}, "interactive": False},
            id="goal without revenue",
        ),
        pytest.param(
            action("ecommerceOrder", orderId="A-7", revenue=240, items=2),
            {"name": "Order", "props": {"order": "A-7", "items": "2"}, "interactive": False,
             "revenue_amount": "240", "revenue_currency": "EUR"},
            id="order",
        ),
        pytest.param(
            action("ecommerceAbandonedCart", revenue=99, items=1),
            {"name": "Cart update", "props": {"value": "99", "items": "1"}, "interactive": False},
            id="cart",
        ),
        pytest.param(
            action("13", url=URL, contentName="Banner", contentPiece="a.png"),
            {"name": "Content impression", "props": {"name": "Banner", "piece": "a.png"},
             "interactive": False},
            id="content that was shown",
        ),
        pytest.param(
            action("13", url=URL, contentName="Banner", contentInteraction="click"),
            {"name": "Content interaction", "props": {"name": "Banner", "interaction": "click"}},
            id="content that was used",
        ),
    ],
)  # fmt: skip
def test_action_is_an_event_on_the_page_before(act, expected):
    [_, found] = events(visit(page(), act))

    told = {"name", "props", "interactive", "revenue_amount", "revenue_currency"}
    assert expected | {"url": URL} == {k: found[k] for k in found if k in told | {"url"}}


def test_action_of_a_plugin_is_no_event():
    assert [None] == list(events(visit(action("media", url=URL))))


def test_dimensions_and_variables_are_properties():
    own = {"1": {"customVariableName1": "Kind", "customVariableValue1": "blog"}}
    shown = page(dimension3="en", customVariables=own)
    variables = [{"customVariableName2": "Plan", "customVariableValue2": "Pro"}]

    [found] = events(visit(shown, dimension1="member", dimension2="", customVariables=variables))

    assert {"dimension1": "member", "dimension3": "en", "Kind": "blog", "Plan": "Pro"} == found[
        "props"
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"referrerType": "direct"}, {"referrer": ""}),
        (
            {"referrerType": "website", "referrerName": "blog.example",
             "referrerUrl": "https://blog.example/post"},
            {"referrer": "https://blog.example/post"},
        ),
        (
            {"referrerType": "search", "referrerName": "Google"},
            {"referrer": "", "source": "Google"},
        ),
        (
            {"referrerType": "campaign", "referrerName": "Spring", "referrerKeyword": "shoes"},
            {"referrer": "", "utm_campaign": "Spring", "utm_term": "shoes"},
        ),
        (
            {"referrerType": "campaign", "referrerName": "Spring", "campaignName": "Spring",
             "campaignSource": "newsletter", "campaignMedium": "email"},
            {"referrer": "", "utm_campaign": "Spring", "utm_source": "newsletter",
             "utm_medium": "email", "source": "newsletter"},
        ),
    ],
    ids=["direct", "website", "search", "campaign", "campaign with its source"],
)  # fmt: skip
def test_origin_of_a_visit_is_kept(said, expected):
    assert expected == origin(visit(page(), **said))


def test_who_the_visitor_is_stays_behind():
    told = repr(list(events(visit(page()))))

    for secret in ("203.0.113.77", "jane@example.com", "48.2", "16.3"):
        assert secret not in told


def test_action_without_a_time_has_that_of_its_visit():
    [found] = events(visit({"type": "action", "url": URL}, firstActionTimestamp=BEGIN + 60))

    assert "2026-03-10T12:56:36+00:00" == found["timestamp"]
