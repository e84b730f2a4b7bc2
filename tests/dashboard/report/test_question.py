from datetime import date

import pytest
from django.http import QueryDict

from dashboard.report.filters import Filter
from dashboard.report.place import Place
from dashboard.report.question import Question, read
from dashboard.report.widgets import WIDGETS
from tests.factories import SiteFactory
from tracking.warehouse import QueryError

GERMANY = Filter.of("is", "visit:country", "DE")
LEIPZIG = Filter.of("is", "visit:city", "Leipzig")


def question(url: str = "") -> Question:
    return read(Place(SiteFactory.build(domain="site.example")), QueryDict(url), date(2026, 3, 15))


def test_a_url_comes_back_as_it_was_read():
    url = (
        "period=7d&compare=year&match=weekday&f=is,visit:country,DE&f=contains,event:page,/a%252Cb"
        "&metric=visits&interval=week&chart=bars&show=cities"
    )

    assert f"/sites/site.example/?{url}" == question(url).report_url(with_state=True)


def test_what_is_shown_anyway_is_not_in_the_url():
    asked = question("metric=visitors&show=sources")

    assert "/sites/site.example/?period=30d" == asked.report_url(with_state=True)


def test_filters_add_up():
    asked = question().toggled([GERMANY]).toggled([LEIPZIG])

    assert (GERMANY, LEIPZIG) == asked.filters


def test_another_period_keeps_all_the_rest_of_the_question():
    asked = question("period=7d&f=is,visit:os,iOS&compare=year&match=weekday")

    assert "/sites/site.example/?compare=year&match=weekday&f=is,visit:os,iOS" == asked.bare_url


def test_filters_that_hold_already_are_taken_away_together():
    asked = question("f=is,visit:city,Leipzig&f=is,visit:country,DE").toggled([LEIPZIG, GERMANY])

    assert () == asked.filters


def test_a_filter_that_holds_in_part_is_completed():
    asked = question("f=is,visit:country,DE").toggled([LEIPZIG, GERMANY])

    assert (GERMANY, LEIPZIG) == asked.filters


def test_a_widget_takes_the_place_of_another_in_its_panel():
    asked = question("show=channels&show=cities").showing(WIDGETS["campaigns"])

    assert {"sources": "campaigns", "places": "cities"} == asked.shown


def test_what_a_link_asks_for_comes_before_what_the_page_shows():
    assert "visits" == question("metric=visits&metric=bounce_rate").metric


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("metric=luck", "The metric “luck” is not one of visitors"),
        ("show=shoes", "There is no “shoes” to show"),
        ("interval=year", "The interval “year” is not one of minute, hour"),
        ("chart=pie", "The chart “pie” is not one of line, bars"),
        ("compare=luck", "The compare “luck” is not one of previous, year, none"),
        ("match=moon", "The match “moon” is not one of date, weekday"),
        ("with_from=2026-03-02&with_to=2026-03-01", "The period ends before it begins"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(url: str, sentence: str):
    with pytest.raises(QueryError, match=sentence):
        question(url)
