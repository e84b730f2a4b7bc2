from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.server import CHROME
from tracking.enrich.event import EnrichedEvent
from tracking.enrich.explain import REASONS, Step, reason_words, steps
from tracking.ingest.hit import WaitingHit
from tracking.ingest.refusals import Reason

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def hit(**fields: object) -> WaitingHit:
    defaults: dict = {
        "time_ms": int(NOON.timestamp() * 1000),
        "visitor": 7,
        "visitor_before": 6,
        "name": "pageview",
        "url": "https://example.com/beans",
    }
    return WaitingHit(**{**defaults, **fields})


def event(**fields: object) -> EnrichedEvent:
    """What enrichment makes of `hit()`, which opens a visit."""
    defaults: dict = {
        "site_id": 1,
        "visitor": 7,
        "time": NOON,
        "name": "pageview",
        "hostname": "example.com",
        "path": "/beans",
        "channel": "Direct",
        "id": 41,
        "visit": 41,
    }
    return EnrichedEvent(**{**defaults, **fields})


def step(name: str, found: list[Step]) -> Step:
    return next(each for each in found if each.name == name)


def test_bare_hit_is_told_in_the_order_of_its_way():
    assert [
        Step("Received", "pageview", "Pageview"),
        Step("Site", "", "This site", "The name it came with is the site's domain or an alias."),
        Step("Rules", "", "Passed"),
        Step(
            "Visitor",
            "Address and user agent, as a hash",
            "New",
            "No visit of this visitor is open.",
        ),
        Step("Place", "Address, which is not kept", "Unknown"),
        Step("Page", "https://example.com/beans", "example.com/beans"),
        Step("Campaign", "", "None"),
        Step("Source", "", "Direct / None", "No referrer came, and no parameter names a source."),
        Step("Channel", "", "Direct"),
        Step("Browser", "", "Unknown"),
        Step("Screen", "", "Unknown"),
        Step("Language", "", "Unknown"),
        Step("Visit", "", "Opens visit 41"),
    ] == steps(hit(), event())


def test_full_hit_shows_what_each_step_made():
    url = "https://example.com/beans?utm_medium=email&q=guji"
    full = hit(
        name="Purchase",
        interactive=False,
        url=url,
        query="q=guji",
        title="Beans",
        referrer="https://www.google.com/",
        user_agent=CHROME,
        screen_width=1920,
        language="de-AT,de;q=0.9",
        city="Vienna",
        region="Vienna",
        country="AT",
        props={"plan": "pro", "size": "L"},
        revenue_amount="12.500",
        revenue_currency="EUR",
        scroll_depth=60,
        engaged_ms=12_340,
    )
    made = event(
        name="Purchase",
        path="/beans?q=guji",
        title="Beans",
        utm_medium="email",
        source="Google",
        channel="Organic Search",
        browser="Chrome",
        browser_version="142.0",
        os="Windows",
        os_version="10",
        device="Desktop",
        screen="Desktop",
        language="de-AT",
        city="Vienna",
        region="Vienna",
        country="AT",
        revenue_amount=Decimal("12.500"),
        revenue_currency="EUR",
        scroll_depth=60,
        engaged_ms=12_340,
    )

    found = steps(full, made)

    assert [
        Step(
            "Received",
            "Purchase",
            "Custom event",
            "Not interactive: the bounce rate leaves it out.",
        ),
        Step("Place", "Address, which is not kept", "Vienna, AT"),
        Step("Page", url, "example.com/beans?q=guji", "Kept of its parameters: q=guji."),
        Step("Title", "Beans", "Beans"),
        Step("Campaign", "utm_medium=email", "medium email"),
        Step("Source", "https://www.google.com/", "Google", "A site known by this name."),
        Step("Channel", "source Google · kind search · medium email", "Organic Search"),
        Step("Browser", CHROME, "Chrome 142.0 · Windows 10 · Desktop"),
        Step("Screen", "1920 pixels wide", "Desktop"),
        Step("Language", "de-AT,de;q=0.9", "de-AT"),
        Step("Properties", "plan = pro · size = L", "2 kept"),
        Step("Revenue", "12.500 EUR", "12.500 EUR"),
        Step("Scroll depth", "60", "60 %"),
        Step("Engaged", "12340 ms", "12.3 s"),
    ] == [each for each in found if each.name not in ("Site", "Rules", "Visitor", "Visit")]


@pytest.mark.parametrize(
    ("fields", "source", "note"),
    [
        pytest.param(
            {"url": "https://example.com/beans?utm_source=hn"},
            "Hacker News",
            "Named by utm_source, which goes before the referrer.",
            id="utm-source",
        ),
        pytest.param(
            {"url": "https://example.com/beans?ref=friend", "referrer": "https://google.com/"},
            "friend",
            "Named by the source or ref parameter, which goes before the referrer.",
            id="ref",
        ),
        pytest.param(
            {"referrer": "https://www.example.com/before"},
            "Direct / None",
            "The site's own page, or no address of a page: not a source.",
            id="own-page",
        ),
        pytest.param(
            {"referrer": "android-app://com.reddit.frontpage"},
            "Reddit",
            "A site known by this name.",
            id="app",
        ),
        pytest.param(
            {"referrer": "https://blog.example/post"},
            "blog.example",
            "In no list of sources, so its host stands for it.",
            id="unknown-host",
        ),
    ],
)
def test_source_names_the_rule_that_found_it(fields, source, note):
    kept = "" if source == "Direct / None" else source

    found = step("Source", steps(hit(**fields), event(source=kept)))

    assert (source, note) == (found.made, found.note)


def test_click_id_is_shown_as_part_of_the_campaign_and_as_a_clue_of_the_channel():
    url = "https://example.com/beans?gclid=abc"
    found = steps(hit(url=url, referrer="https://google.com/"), event(channel="Paid Search"))

    assert ("gclid=abc", "source Google · kind search · click id gclid") == (
        step("Campaign", found).given,
        step("Channel", found).given,
    )


def test_hit_that_joins_a_visit_tells_what_it_says_itself():
    found = steps(hit(country="AT"), event(visit=40, source="Google", country="DE"))

    assert [
        Step(
            "Visitor",
            "Address and user agent, as a hash",
            "Known",
            "Was here less than 30 minutes before.",
        ),
        Step("Place", "Address, which is not kept", "DE", "From the visit; this hit says: AT."),
        Step("Source", "", "Google", "From the visit; this hit says: Direct / None."),
        Step(
            "Visit",
            "",
            "Joins visit 40",
            "Source, campaign, place and device are those of the visit's first event.",
        ),
    ] == [step(name, found) for name in ("Visitor", "Place", "Source", "Visit")]


def test_visitor_of_yesterday_is_told_as_such():
    assert Step(
        "Visitor",
        "Address and user agent, as a hash",
        "Known",
        "Recognised by yesterday's key: the visit began before midnight, UTC.",
    ) == step("Visitor", steps(hit(), event(visitor=6, visit=40)))


def test_hit_without_visitor_says_so_and_has_no_visit():
    found = steps(hit(flags="no_visitor"), event(flags="no_visitor", visitor=0, visit=0))

    assert [
        Step("Visitor", "", "Unknown", "Counted as a pageview without visitor and visit."),
        Step("Visit", "", "None", "Stored, and in no figure that counts visits."),
    ] == [step(name, found) for name in ("Visitor", "Visit")]


def test_engagement_without_a_visit_counts_nowhere():
    found = steps(hit(name="engagement"), event(name="engagement"))

    assert Step("Visit", "", "None", "Stored, and in no figure that counts visits.") == step(
        "Visit", found
    )


def test_program_that_is_counted_apart_is_told_as_such():
    assert Step("Rules", "", "Passed, counted apart", "It comes from a program.") == step(
        "Rules", steps(hit(flags="bot"), event(flags="bot"))
    )


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        pytest.param({"url": "https://example.com/?q=1"}, "No parameter kept.", id="stripped"),
        pytest.param(
            {"url": "https://example.com/#/cart", "hash_mode": True},
            "What follows # counts as part of the page.",
            id="hash-mode",
        ),
        pytest.param({"url": "https://example.com/#cart"}, "", id="plain-fragment"),
    ],
)
def test_page_tells_what_became_of_the_rest_of_its_address(fields, note):
    assert note == step("Page", steps(hit(**fields), event())).note


def test_hit_for_an_unknown_site_shows_what_it_called_its_site():
    refused = hit(refused=Reason.UNKNOWN_SITE, unknown_site="shop.example")

    assert [
        Step("Received", "pageview", "Pageview"),
        Step("Page", "https://example.com/beans"),
        Step(
            "Site",
            "shop.example",
            "Dropped: unknown site",
            "No site has this domain or alias. It is shown here because of the page's host.",
        ),
    ] == steps(refused, None)


def test_refused_hit_shows_its_page_and_the_reason_alone():
    assert [
        Step("Received", "pageview", "Pageview"),
        Step("Page", "https://example.com/beans"),
        Step(
            "Rules",
            "",
            "Dropped: visitor opted out",
            "Nothing else of it was looked at or kept.",
        ),
    ] == steps(hit(refused=Reason.OPTED_OUT, user_agent=CHROME, country="AT"), None)


def test_hit_that_was_set_aside_shows_the_error():
    assert [
        Step("Received", "pageview", "Pageview"),
        Step("Page", "https://example.com/beans"),
        Step(
            "Enrichment",
            "ValueError: no",
            "Set aside",
            "An administrator can see it among the quarantined hits and replay it.",
        ),
    ] == steps(hit(), None, "ValueError: no")


def test_every_reason_has_words():
    assert set(Reason) == set(REASONS)


def test_reason_without_words_is_told_by_its_name():
    assert "out of luck" == reason_words("out_of_luck")
