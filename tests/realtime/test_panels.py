from typing import Any
from urllib.parse import parse_qs

import pytest

from dashboard.report.filters import Filter, parse
from realtime.panels import Entry, panels, render, words_of_change, words_of_presence
from realtime.window import Now, Rank
from tests.realtime.test_visits import HOSTILE


def moment(**figures: Any) -> Now:
    """A site where nothing happens, but for those figures."""
    nothing = {"online": 0, "change": 0, "minutes": [0] * 30, "seconds": {}, "countries": {}}
    nothing |= dict.fromkeys(("active", "idle", "recent"), 0)
    nothing |= {name: [] for name in ("pages", "sources", "places", "devices", "events")}
    return Now(**{**nothing, **figures})


def entries(name: str, *ranks: Rank) -> list[Entry]:
    return next(
        panel for panel in panels(moment(**{name: list(ranks)})) if panel.name == name
    ).entries


def test_an_entry_says_its_share_of_the_first_one_and_its_change():
    first, second = entries("pages", Rank("/", 8, 3), Rank("/blog", 2, -1))

    assert [(100, 8, "↑ 3"), (25, 2, "↓ 1")] == [
        (each.bar, each.count, each.arrow) for each in (first, second)
    ]


def test_a_place_has_its_name_and_flag():
    [entry] = entries("places", Rank("DE", 1, 0))

    assert ("Germany", "/static/flags/de.svg") == (entry.words, entry.flag)


@pytest.mark.parametrize(
    ("name", "value", "words", "expected"),
    [
        ("pages", "/a,b|c%d &", "/a,b|c%d &", Filter.of("is", "event:page", "/a,b|c%d &")),
        ("sources", "", "Direct / None", Filter.of("is", "visit:source", "Direct / None")),
        ("places", "DE", "Germany", Filter.of("is", "visit:country", "DE")),
        ("places", "", "Unknown place", Filter.of("is", "visit:country", "(not set)")),
    ],
)
def test_an_entry_leads_to_the_page_filtered_by_it(name, value, words, expected):
    [entry] = entries(name, Rank(value, 1, 0))

    [parameter] = parse_qs(entry.url.removeprefix("?"))["f"]
    assert (words, expected) == (entry.words, parse(parameter))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (0, "As many as five minutes ago"),
        (1200, "1,200 more than five minutes ago"),
        (-1, "1 fewer than five minutes ago"),
    ],
)
def test_change_in_words(change, words):
    assert words == words_of_change(change)


def test_hostile_text_is_inert_in_a_panel():
    ranks = [Rank(HOSTILE, 1, 0)]
    html = render(moment(pages=ranks, sources=ranks, events=ranks, places=ranks))

    assert "<img src=x" not in html


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({}, ""),
        ({"active": 1200, "idle": 1}, "1,200 active · 1 idle"),
        ({"idle": 2, "recent": 3}, "2 idle · 3 seen in the last five minutes"),
    ],
)
def test_presence_is_said_with_how_it_is_known(figures, words):
    assert words == words_of_presence(moment(**figures))
