"""A report about goals, on the shop of the query engine's tests."""

from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from tests.factories import EventFactory, SeatFactory
from tests.tracking.warehouse.shop import NOW, TODAY, shop
from tracking.models import Goal, SharedLink, Site

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
REPORT = "/sites/shop.example/"
BOUGHT = "is,event:goal,Buy"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client: Client) -> Site:
    """The shop, of the person who is signed in."""
    made = shop()
    client.force_login(SeatFactory(site=made).user)
    return made


def address(of: str = "", **parameters: str) -> str:
    return f"{REPORT}{of}?{urlencode({'period': 'today', **parameters})}"


def figures(client: Client, **parameters: str) -> list[tuple[str, str]]:
    shown = client.get(address(**parameters)).context["overview"].figures
    return [(each.metric.title, each.text) for each in shown]


def panel(client: Client, name: str, **parameters: str) -> list[tuple[str, ...]]:
    listing = client.get(address(f"widgets/{name}", **parameters), headers=HTMX).context["listing"]
    return [(listing.note,), *((e.title, *(c.text for c in e.cells)) for e in listing.entries)]


def test_goals_stand_in_a_panel_with_their_rate_and_revenue(client, site):
    assert [
        ("Uniques · Total · Rate · Revenue",),
        ("Buy", "2", "2", "67%", "€20.00"),
        ("Visit /blog/**", "2", "2", "67%", "–"),
        ("Buy pro", "1", "1", "33%", "€20.00"),
        ("Scroll 50% on /blog/*", "1", "–", "33%", "–"),
        ("Signup", "1", "1", "33%", "–"),
    ] == panel(client, "goals")


def test_goal_of_a_row_leaves_that_row(client, site):
    listing = client.get(address("widgets/goals"), headers=HTMX).context["listing"]
    [signup] = [entry for entry in listing.entries if entry.title == "Signup"]

    filtered = client.get(f"{REPORT}widgets/goals?{signup.url.partition('?')[2]}", headers=HTMX)

    assert [("Signup", True)] == [
        (entry.title, entry.is_filter) for entry in filtered.context["listing"].entries
    ]


def test_goals_without_a_currency_have_no_column_of_revenue(client, site):
    Goal.objects.update(currency="")

    assert ("Uniques · Total · Rate",) == panel(client, "goals")[0]


def test_headline_figures_are_conversions_where_a_goal_is_filtered_on(client, site):
    assert [
        ("Unique conversions", "2"),
        ("Total conversions", "2"),
        ("Conversion rate", "67%"),
        ("Revenue", "€20.00"),
        ("Average revenue", "€20.00"),
    ] == figures(client, f=BOUGHT)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("sources", [("Bing", "1", "100%"), ("Google", "1", "100%")]),
        ("countries", [("Germany", "2", "100%")]),
        ("pages", [("/pricing", "2", "100%")]),
        ("entry-pages", [("/", "1", "50%"), ("/pricing", "1", "100%")]),
    ],
)
def test_each_panel_has_conversions_and_the_rate_of_its_rows(client, site, name, rows):
    assert [("Conversions · Rate",), *rows] == panel(client, name, f=BOUGHT)


@pytest.mark.parametrize(
    "filters",
    ["is,visit:source,Bing", "is_not,event:goal,Buy", "is,event:goal,Buy|is,visit:os,iOS"],
    ids=["no goal", "not reached", "goal or else"],
)
def test_other_filters_leave_visits(client, site, filters):
    titles = [title for title, _ in figures(client, f=filters)]

    assert ["Visitors", "Visits", "Pageviews"] == titles[:3]
    assert ("Visitors",) == panel(client, "sources", f=filters)[0]


def test_chart_shows_the_rate_of_each_step(client, site):
    chart = client.get(address(f=BOUGHT, metric="conversion_rate")).context["overview"].chart

    shown = {point.name[-5:]: point.text for point in chart.points}
    assert ("Conversion rate an hour", "50%", "0%", "100%") == (
        chart.title,
        shown["10:00"],
        shown["12:00"],
        shown["14:00"],
    )


def test_chart_of_a_figure_that_is_not_there_shows_the_usual_one(client, site):
    with_goal = client.get(address(f=BOUGHT, metric="bounce_rate"))
    without = client.get(address(metric="total_revenue"))

    assert ["Unique conversions an hour", "Visitors an hour"] == [
        each.context["overview"].chart.title for each in (with_goal, without)
    ]


def test_goals_of_several_currencies_say_why_there_is_no_revenue(client, site):
    Goal.objects.create(site=site, event_name="Signup", display_name="Dollars", currency="USD")

    page = client.get(address(f="is,event:goal,Buy,Dollars"))

    assert (
        [
            "Revenue is not known: the goals have several currencies; ask by 'event:goal'.",
        ],
        True,
    ) == (page.context["overview"].warnings, "several currencies" in page.content.decode())


def test_lists_of_conversions_are_there_whole_and_as_csv(client, site):
    whole = client.get(address("widgets/countries", f=BOUGHT)).context["listing"]
    csv = client.get(address("widgets/countries.csv", f=BOUGHT)).getvalue().decode()
    chart = client.get(address("widgets/overview.csv", f=BOUGHT)).getvalue().decode()

    assert ["Conversions", "Total", "Rate", "Revenue"] == [each.title for each in whole.columns]
    assert ["Country,Conversions,Total,Rate,Revenue", "DE,2,2,100.0,20.00 EUR"] == csv.splitlines()
    assert (
        "Time,Unique conversions,Total conversions,Conversion rate,"
        "Revenue (EUR),Average revenue (EUR)" == chart.splitlines()[0]
    )


def test_list_is_sorted_by_its_conversion_rate(client, site):
    address_of = address("widgets/entry-pages", f=BOUGHT, sort="group_conversion_rate")
    listing = client.get(address_of).context["listing"]

    assert ["/pricing", "/"] == [entry.title for entry in listing.entries]


def test_properties_are_there_by_themselves_each_with_its_values(client, site):
    EventFactory(site=site, time=TODAY, visitor=7, name="Poll", props='{"answer": "yes"}')

    response = client.get(address("widgets/properties"), headers=HTMX)

    shown = response.context["properties"]
    assert (["plan", "answer"], "plan") == (shown.keys, shown.chosen)
    assert [("Visitors",), ("free", "2"), ("pro", "1")] == panel(client, "properties")
    assert [("Visitors",), ("yes", "1")] == panel(client, "properties", property="answer")


def test_property_that_was_chosen_stays_and_its_values_filter(client, site):
    EventFactory(site=site, time=TODAY, visitor=7, name="Poll", props='{"answer": "yes"}')
    headers = {**HTMX, "X-Chosen": "1"}

    response = client.get(address("widgets/properties", property="answer"), headers=headers)

    url = response.context["listing"].entries[0].url
    assert ("show=properties&property=answer", True) == (
        response["HX-Replace-Url"].split("?period=today&")[1],
        url.endswith("f=is,event:props:answer,yes"),
    )
    assert [("Visitors", "1")] == figures(client, f="is,event:props:answer,yes")[:1]


def test_many_properties_are_picked_from_a_list(client, site):
    for number in range(9):
        EventFactory(site=site, time=TODAY, name="Poll", props=f'{{"key{number}": "x"}}')

    response = client.get(address("widgets/properties", property="key8"), headers=HTMX)

    shown = response.context["properties"]
    assert (["plan", "key0", "key1", "key2", "key3", "key8"], True, 10) == (
        shown.first,
        shown.has_more,
        response.content.decode().count("<option"),
    )


def test_properties_as_csv_are_those_of_the_chosen_one(client, site):
    csv = client.get(address("widgets/properties.csv", property="plan")).getvalue().decode()

    assert ["Property plan,Visitors,Events", "free,2,2", "pro,1,1"] == csv.splitlines()


def test_conversions_of_a_property_have_a_rate(client, site):
    assert [("Conversions · Rate",), ("pro", "1", "100%"), ("free", "1", "50%")] == sorted(
        panel(client, "properties", f=BOUGHT), key=lambda row: (len(row), row[-1])
    )


def test_period_without_properties_says_so(client, site):
    page = client.get(f"{REPORT}widgets/properties?from=2025-01-01&to=2025-01-01", headers=HTMX)

    assert "No properties in this period" in page.content.decode()


@pytest.mark.parametrize(
    ("panels", "status", "titles"),
    [
        ([], 404, ["Unique conversions", "Total conversions", "Conversion rate"]),
        (
            ["sources", "goals"],
            200,
            [
                *("Unique conversions", "Total conversions", "Conversion rate"),
                *("Revenue", "Average revenue"),
            ],
        ),
    ],
    ids=["usual panels", "with goals"],
)
def test_link_shows_goals_and_revenue_only_where_it_says_so(client, site, panels, status, titles):
    link = SharedLink.objects.create(site=site, name="Friend", panels=panels)
    shared = f"/share/{link.token}/"

    widget = client.get(f"{shared}widgets/goals?period=today")
    report = client.get(f"{shared}?{urlencode({'period': 'today', 'f': BOUGHT})}")

    shown = report.context["overview"].figures
    assert (status, titles) == (widget.status_code, [each.metric.title for each in shown])
