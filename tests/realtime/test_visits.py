from dataclasses import replace
from datetime import timedelta

import pytest

from realtime.news import News
from realtime.rows import Row, render
from realtime.visits import LONGEST_TEXT, Step, Visit, words_of_age, words_of_span
from tests.realtime.stored import at
from tracking.enrich.event import EnrichedEvent

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}</article>"
VISIT = Visit(
    id=7,
    time=at("2026-11-10 12:00:00"),
    name="pageview",
    path="/beans",
    title="All beans",
    source="Instagram",
    channel="Organic Social",
    country="DE",
    city="Leipzig",
    device="Mobile",
    browser="Safari",
    goals=("Signup",),
)
STEP = Step(9, 7, VISIT.time, "pageview", "/checkout", ("Checkout",))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "now"),
        (1.9, "now"),
        (2, "2 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86399, "23 h"),
        (86400, "1 d"),
    ],
)
def test_age_in_words(seconds, words):
    assert words_of_age(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("country", "city", "place"),
    [
        ("DE", "Leipzig", "Leipzig, Germany"),
        ("DE", "", "Germany"),
        ("QQ", "", "QQ"),
        ("", "", "Unknown place"),
    ],
)
def test_place_in_words(country, city, place):
    assert replace(VISIT, country=country, city=city).place == place


@pytest.mark.parametrize(
    ("country", "flag"),
    [("DE", "/static/flags/de.svg"), ("QQ", "/static/flags/xx.svg"), ("", "/static/flags/xx.svg")],
)
def test_flag_of_a_country(country, flag):
    assert replace(VISIT, country=country).flag == flag


def test_visits_and_steps_survive_the_way_between_processes():
    news = News(9, [VISIT], [STEP])

    assert news == News.decode(news.encode())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (59, "59s"), (75, "1m 15s"), (3599, "59m 59s"), (3720, "1h 2m")],
)
def test_span_in_words(seconds, words):
    assert words_of_span(seconds) == words


def test_long_texts_are_cut_for_a_row():
    event = EnrichedEvent(1, 1, VISIT.time, "pageview", path="/" * 2000, id=7, visit=7)
    assert Visit.of(event).path == "/" * LONGEST_TEXT


@pytest.mark.parametrize("field", ["path", "title", "source", "channel", "country", "city"])
def test_hostile_text_is_inert_in_a_row(field):
    row = render(Row.begin(replace(VISIT, **{field: HOSTILE})), VISIT.time)
    assert "<img src=x" not in row
    assert row.count("</article>") == 1
    assert "&lt;img src=x onerror=alert(1)&gt;" in row
