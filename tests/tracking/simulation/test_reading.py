"""How the demo's visitors read pages, and how fast those come to them."""

import json
import random
from statistics import median

from tests.server import CHROME
from tracking.ingest.http import Request
from tracking.ingest.protocols import plausible
from tracking.management.commands.demo_visitors import body_of
from tracking.simulation.reading import vitals
from tracking.simulation.scenario import visitors
from tracking.vitals import VITALS

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def loads(path="/cart", agent=CHROME, width=1920):
    chance = random.Random(1)
    return [vitals(chance, path, agent, width) for _ in range(400)]


def median_of(name, found):
    return median(load[name] for load in found)


def test_a_page_is_answered_before_it_is_drawn_and_drawn_before_its_largest_picture():
    assert all(0 < each["ttfb"] <= each["fcp"] <= each["lcp"] for each in loads())


def test_phones_and_pages_with_large_pictures_are_slower():
    desk, phone, pictures = loads(), loads(width=390), loads(path="/beans/ethiopia-guji")

    assert all(
        median_of(name, desk) < median_of(name, phone) for name in ("ttfb", "fcp", "lcp", "inp")
    )
    assert median_of("lcp", desk) < median_of("lcp", pictures)


def test_loads_are_good_fair_and_poor():
    found = loads(width=390)

    for vital in VITALS.values():
        values = [each[vital.name] for each in found]
        assert min(values) < vital.good < vital.poor < max(values), vital.name


def test_layout_shifts_are_told_by_chromium_alone():
    assert {"cls"} == set(loads()[0]) - set(loads(agent=FIREFOX)[0])


def test_a_visitor_sends_what_the_tracker_would():
    coming = visitors(random.Random(1))
    hits = {}
    for visitor in (next(coming) for _ in range(200)):
        for step in visitor.steps:
            body = body_of(visitor, step, first=False)
            request = Request("POST", "/api/event", b"", {}, "127.0.0.1", json.dumps(body).encode())
            [hit] = plausible.parse(request)
            hits.setdefault(hit.name, []).append(hit)

    measured = [hit for hit in hits["engagement"] if hit.props]
    assert 0.35 < len(measured) / len(hits["engagement"]) < 0.65
    assert {each.key for each in VITALS.values()} == {key for hit in measured for key in hit.props}
    assert all(0 < hit.scroll_depth <= 100 < hit.engaged_ms for hit in hits["engagement"])
    assert {"beans", "size"} == set(hits["Add to cart"][0].props)
    assert {"plan"} == set(hits["Subscribe"][0].props)
