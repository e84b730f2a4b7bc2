import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from realtime.debugger.hits import LONGEST_TEXT, MOST, ShownHit, most_telling, render
from tests.realtime.debugger.traces import NOON, accepted, refused, waiting
from tracking.enrich.explain import Step
from tracking.enrich.trace import Trace

VIENNA = ZoneInfo("Europe/Vienna")
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}</li>"


def test_refused_hit_has_its_reason_and_nothing_of_its_sender():
    assert ShownHit(
        time=NOON,
        verdict="dropped",
        reason="visitor opted out",
        name="pageview",
        url="https://example.com/beans",
        page="/beans",
        source="",
        steps=(
            Step("Received", "pageview", "Pageview"),
            Step("Page", "https://example.com/beans"),
            Step(
                "Rules",
                "",
                "Dropped: visitor opted out",
                "Nothing else of it was looked at or kept.",
            ),
        ),
    ) == ShownHit.of(refused(1, "opted_out"))


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        pytest.param(accepted(1), ("accepted", "", "/beans", "Direct / None"), id="accepted"),
        pytest.param(
            accepted(1, flags="bot"),
            ("accepted", "bot, counted apart", "/beans", "Direct / None"),
            id="apart",
        ),
        pytest.param(refused(1), ("dropped", "bot", "/beans", ""), id="refused"),
        pytest.param(
            refused(1, "unknown_site", unknown_site="shop.example"),
            (
                "dropped",
                "unknown site: the hit says shop.example, the page is on example.com",
                "/beans",
                "",
            ),
            id="unknown-site",
        ),
        pytest.param(
            Trace(1, waiting(), error="ValueError"),
            ("aside", "enrichment failed", "/beans", ""),
            id="set-aside",
        ),
        pytest.param(
            Trace(1, waiting(url="http://[", refused="bot")),
            ("dropped", "bot", "http://[", ""),
            id="no-address",
        ),
    ],
)
def test_hit_shows_verdict_reason_page_and_source(trace, expected):
    hit = ShownHit.of(trace)

    assert expected == (hit.verdict, hit.reason, hit.page, hit.source)


def test_hit_survives_its_way_between_processes():
    hit = ShownHit.of(accepted(1, title="Bohnen ☕"))

    assert hit == ShownHit.from_message(json.loads(json.dumps(hit.as_message())))


def test_texts_without_end_are_cut():
    hit = ShownHit.of(accepted(1, props={"key": "x" * 2000}))

    longest = max(len(text) for step in hit.steps for text in (step.given, step.made, step.note))
    assert LONGEST_TEXT == longest


def test_row_shows_the_time_of_day_in_the_sites_zone():
    row = render(ShownHit.of(accepted(1)), VIENNA)

    assert '<time class="hit-time" datetime="2026-05-04T12:00:00+00:00">14:00:00</time>' in row


def test_row_escapes_what_came():
    hit = replace(
        ShownHit.of(accepted(1)),
        name=HOSTILE,
        url=HOSTILE,
        page=HOSTILE,
        source=HOSTILE,
        reason=HOSTILE,
        steps=(Step("Page", HOSTILE, HOSTILE, HOSTILE),),
    )

    row = render(hit, VIENNA)

    assert (0, 1) == (row.count("<img"), row.count("</li>"))


def test_few_hits_are_all_told():
    assert ["a", "b"] == most_telling(["a", "b"], lambda _: False)


def test_of_many_hits_the_dropped_and_the_newest_are_told_in_their_order():
    hits = [*range(100)]

    told = most_telling(hits, lambda number: number in (3, 50))

    assert [3, 50, *range(100 - MOST + 2, 100)] == told
