"""The filters that hold on a page, and the form in which one is made."""

import re

import pytest

from tests.dashboard.report.visited import text, visited
from tracking.models import Goal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_filters_stand_as_chips_that_take_one_away(client, site):
    visited(site)
    url = "/sites/site.example/?period=7d&f=is,visit:country,DE&f=is,visit:os,Mac"

    chips = client.get(url).context["chips"]

    assert [
        ("Country is Germany", "/sites/site.example/?period=7d&f=is,visit:os,Mac"),
        ("System is Mac", "/sites/site.example/?period=7d&f=is,visit:country,DE"),
    ] == [(each.text, url) for each, url in chips]


def test_a_typed_filter_becomes_part_of_the_address(client, site):
    typed = {
        "period": "7d",
        "dimension-0": "event:page",
        "operator-0": "contains",
        "value-0": "/a, b",
    }

    response = client.get("/sites/site.example/", typed)

    assert "/sites/site.example/?period=7d&f=contains,event:page,/a%252C+b" == response["Location"]


def test_a_filter_that_is_to_be_changed_stands_in_the_form(client, site):
    visited(site)
    url = "/sites/site.example/?f=is,visit:country,DE,AT&edit=is,visit:country,DE,AT"

    response = client.get(url)

    assert "is,visit:country,DE,AT" == response.context["editing"].parameter
    assert '<input type="hidden" name="value-0" value="AT">' in text(response)


@pytest.mark.parametrize(
    ("parameter", "visitors"),
    [
        ("is,event:goal,Signup", "1"),
        ("is,event:goal,Signup|is,visit:os,Mac", "2"),
        ("is_not,event:goal,Signup", "2"),
        ("is_not,event:goal,Signup|is,visit:os,Mac", "2"),
    ],
)
def test_visits_are_filtered_by_goals_alone_and_beside_others(client, site, parameter, visitors):
    Goal.objects.create(site=site, event_name="Signup")
    visited(site, name="Signup", os="Windows")
    visited(site, os="Mac")
    visited(site, os="Linux")

    figures = client.get("/sites/site.example/", {"f": parameter}).context["overview"].figures

    assert visitors == figures[0].text


def test_a_filter_by_a_property_stands_in_the_form_under_its_name(client, site):
    url = "/sites/site.example/?f=is,event:props:plan,pro&edit=is,event:props:plan,pro"

    page = text(client.get(url))

    assert re.search(r'<option value="event:props:"[^>]*selected>Property</option>', page)
    assert re.search(r'name="property-0"\s+value="plan"', page)
