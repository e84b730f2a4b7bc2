import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from dashboard.report.widgets import PANELS, WIDGETS
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Event, Goal, Segment, Site
from tracking.warehouse import Query, run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
ADDRESSES = ["/sites/site.example/"] + [
    f"/sites/site.example/widgets/{name}" for name in ("overview", *WIDGETS)
]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% now 'Y' %}",
]
FIELDS = [
    *("hostname", "path", "title", "referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("region", "city", "browser", "os", "device", "screen", "language"),
]
# Goals and properties are there where somebody made, or sent, some: see test_conversions.py.
OF_ANY_VISIT = {name: each for name, each in WIDGETS.items() if each.panel != "goals"}
REFUSED = {
    "period=fortnight": "The period “fortnight” is not one of",
    "from=2026-03-02&to=2026-03-01": "The period ends before it begins",
    "f=is,visit:shoe,42": "names no dimension that can be filtered by",
    "f=matches,event:page,[": "has a pattern that is no regular expression",
    "metric=luck": "The metric “luck” is not one of",
    "show=shoes": "There is no “shoes” to show",
}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client: Client) -> Site:
    """The site of the person who is signed in."""
    membership = SeatFactory(site__domain="site.example")
    client.force_login(membership.user)
    return membership.site


def visited(site: Site, **fields) -> Event:
    return EventFactory(site=site, time=NOW - timedelta(hours=1), **fields)


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_signed_in_is_asked_to(client, address: str):
    SiteFactory(domain="site.example")

    response = client.get(address)

    assert (302, f"/sign-in?next={address}") == (response.status_code, response["Location"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_outsider_learns_nothing(client, address: str):
    SiteFactory(domain="site.example")
    client.force_login(UserFactory(is_superuser=True))

    assert 404 == client.get(address).status_code


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_address_is_a_page_of_its_own(client, site, address: str):
    visited(site)

    response = client.get(address)

    assert (200, True) == (response.status_code, "<html" in text(response))


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_each_widget_is_a_part_to_htmx(client, site, address: str):
    visited(site)

    response = client.get(address, headers=HTMX)

    assert (200, False) == (response.status_code, "<html" in text(response))


def test_a_widget_that_is_none_is_not_found(client, site):
    assert 404 == client.get("/sites/site.example/widgets/shoes").status_code


def test_an_answer_is_kept_by_no_cache_and_differs_for_htmx(client, site):
    response = client.get("/sites/site.example/")

    assert "no-store" in response["Cache-Control"]
    assert {"HX-Request", "HX-Boosted"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("parameters", "sentence"), REFUSED.items(), ids=REFUSED)
def test_what_an_address_cannot_mean_is_said_in_a_sentence(
    client, site, address: str, parameters: str, sentence: str
):
    response = client.get(f"{address}?{parameters}")

    assert (400, True) == (response.status_code, sentence in text(response))


def test_a_refused_part_carries_the_sentence_alone(client, site):
    response = client.get("/sites/site.example/widgets/pages?period=fortnight", headers=HTMX)

    assert (400, True, False) == (
        response.status_code,
        "The period “fortnight” is not one of" in text(response),
        "<html" in text(response),
    )


@pytest.mark.parametrize("page", ["0", "-1", "x", "1" * 5000, "٣", "000000001" + "0" * 5000])
def test_a_page_of_a_list_that_cannot_be_is_refused(client, site, page: str):
    response = client.get("/sites/site.example/widgets/pages", {"page": page})

    assert 400 == response.status_code


def test_the_headline_is_the_engines_answer(client, site):
    visitors = [visited(site, path="/") for _ in range(3)]
    EventFactory(site=site, visit=visitors[0].id, path="/b", time=NOW - timedelta(minutes=30))
    metrics = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate"]
    query = Query.build(site=site, metrics=metrics, date_range=["2026-03-10", "2026-03-10"])

    response = client.get("/sites/site.example/?period=today")

    shown = [figure.value for figure in response.context["overview"].figures]
    assert [*run(query).rows[0].metrics, 600] == shown
    assert [3, 3, 4, 1.33, 67, 600] == shown


def test_the_headline_says_how_each_figure_changed_and_whether_that_is_good(client, site):
    yesterday = EventFactory(site=site, time=NOW - timedelta(hours=26))
    EventFactory(site=site, visit=yesterday.id, time=NOW - timedelta(hours=25, minutes=50))
    visited(site)
    visited(site)

    response = client.get("/sites/site.example/?period=today")

    changes = [figure.change for figure in response.context["overview"].figures]
    assert [
        ("100%", "up", True),
        ("100%", "up", True),
        ("no change", "same", None),
        ("50%", "down", False),
        ("100 pts", "up", False),
        ("100%", "down", False),
    ] == [(each.text, each.direction, each.good) for each in changes]


@pytest.mark.parametrize("widget", OF_ANY_VISIT.values(), ids=list(OF_ANY_VISIT))
def test_a_widget_shows_the_engines_answer(client, site, widget):
    for number, name in enumerate(["a", "b", "b", "c", "c", "c"]):
        visited(
            site,
            **{field: f"{field}-{name}" for field in FIELDS},
            country=["DE", "AT", "CH"][ord(name) - ord("a")],
            visitor=number + 1,
        )
    query = Query.build(
        site=site,
        metrics=["visitors"],
        dimensions=list(widget.dimensions),
        date_range=["2026-03-10", "2026-03-10"],
    )

    response = client.get(f"/sites/site.example/widgets/{widget.name}?period=today", headers=HTMX)

    entries = response.context["listing"].entries
    expected = [str(row.metrics[0]) for row in run(query).rows]
    assert (["3", "2", "1"], ["50%", "33%", "17%"], [100, 66.7, 33.3]) == (
        [entry.cells[0].text for entry in entries],
        [entry.share for entry in entries],
        [entry.bar for entry in entries],
    )
    assert expected == [entry.cells[0].text for entry in entries]


@pytest.mark.parametrize("widget", OF_ANY_VISIT.values(), ids=list(OF_ANY_VISIT))
def test_the_filter_of_a_row_leaves_that_row(client, site, widget):
    for name, country in (("a", "DE"), ("b", "AT"), ("b", "AT")):
        visited(site, **{field: f"{field},{name}%" for field in FIELDS}, country=country)
    address = f"/sites/site.example/widgets/{widget.name}"
    row = client.get(address, headers=HTMX).context["listing"].entries[0]

    filtered = client.get(f"{address}?{row.url.partition('?')[2]}", headers=HTMX)

    assert [(row.title, "2", True)] == [
        (entry.title, entry.cells[0].text, entry.is_filter)
        for entry in filtered.context["listing"].entries
    ]


def test_campaigns_leave_out_visits_without_one(client, site):
    visited(site)
    visited(site, utm_campaign="spring")

    response = client.get("/sites/site.example/widgets/campaigns", headers=HTMX)

    assert ["spring"] == [entry.title for entry in response.context["listing"].entries]


def test_a_list_goes_on_on_further_pages(client, site):
    for number in range(103):
        visited(site, path=f"/{number:03}")

    response = client.get("/sites/site.example/widgets/pages?page=2")

    listing = response.context["listing"]
    assert (103, ["/100", "/101", "/102"]) == (
        listing.total,
        [entry.title for entry in listing.entries],
    )
    assert "101–103 of 103" in text(response)


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


def test_a_chosen_tab_is_kept_in_the_address_of_the_page_around_it(client, site):
    state = {"show": "channels", "period": "7d"}

    response = client.get(
        f"/sites/site.example/widgets/cities?{urlencode(state)}",
        headers={**HTMX, "X-Chosen": "1"},
    )

    assert "/sites/site.example/?period=7d&show=channels&show=cities" == response["HX-Replace-Url"]


def test_a_panel_that_loads_by_itself_leaves_the_address_alone(client, site):
    response = client.get("/sites/site.example/widgets/cities", headers=HTMX)

    assert "HX-Replace-Url" not in response


def test_the_tabs_in_the_address_stand_in_their_panels(client, site):
    visited(site)

    response = client.get("/sites/site.example/?show=cities&show=exit-pages")

    assert ["sources", "exit-pages", "cities", "browsers", "goals"] == [
        widget.name for widget in response.context["panels"]
    ]
    assert len(PANELS) == len(response.context["panels"])


def test_a_site_without_any_visit_shows_the_way_to_the_snippet(client, site):
    response = client.get("/sites/site.example/")

    assert "No visits yet" in text(response)
    assert 'href="/sites/site.example/install"' in text(response)


@pytest.mark.parametrize(
    ("period", "said"), [("30d", True), ("7d", False)], ids=["before", "within"]
)
def test_a_report_says_from_when_on_visits_are_kept(client, site, period: str, said: bool):
    Site.objects.filter(pk=site.pk).update(retention_days=10)

    page = text(client.get(f"/sites/site.example/?period={period}"))

    assert said == ("Visits are kept from 28 February 2026 on" in page)


def test_a_period_without_visits_is_no_new_site(client, site):
    EventFactory(site=site, time=NOW - timedelta(days=50))

    response = client.get("/sites/site.example/?period=today")

    assert "No visits yet" not in text(response)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [("", "No visits in this period"), ("f=is,visit:os,Mac", "Nothing fits these filters")],
)
def test_a_panel_without_rows_says_what_to_do(client, site, parameters: str, words: str):
    response = client.get(f"/sites/site.example/widgets/pages?{parameters}", headers=HTMX)

    assert words in text(response)


def test_the_pill_counts_who_is_online(client, site):
    EventFactory(site=site, time=NOW - timedelta(minutes=1))

    assert "<b data-online>1</b>" in text(client.get("/sites/site.example/"))


def test_days_are_those_of_the_sites_time_zone(client):
    membership = SeatFactory(site__domain="tokyo.example", site__timezone="Asia/Tokyo")
    client.force_login(membership.user)
    EventFactory(site=membership.site, time=datetime(2026, 3, 9, 14, 59, tzinfo=UTC))
    EventFactory(site=membership.site, time=datetime(2026, 3, 9, 15, 1, tzinfo=UTC))

    # In Tokyo it is already the 11th; there, its 10th began at 15:00 UTC on the 9th.
    response = client.get("/sites/tokyo.example/?period=yesterday")

    assert ("10 Mar 2026", 1) == (
        response.context["dates"],
        response.context["overview"].figures[0].value,
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_hostile_values_appear_inert(client, site, address: str):
    for hostile in HOSTILE:
        visited(site, **dict.fromkeys(FIELDS, hostile), country="<>")
    filtered = urlencode([("f", f"is_not,visit:os,{hostile}x") for hostile in HOSTILE])

    found = [
        text(client.get(f"{address}?{filtered}")),
        text(client.get(f"{address}?{filtered}", headers=HTMX)),
    ]

    for page in found:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert "142026" not in page


@pytest.mark.parametrize("address", [ADDRESSES[0], "/sites/site.example/widgets/pages"])
def test_a_page_needs_the_same_few_queries_however_much_there_is(
    client, site, django_assert_max_num_queries, address: str
):
    for number in range(30):
        visited(site, path=f"/{number}")
    # The first question of a process reads what is stored.
    client.get(address)

    with django_assert_max_num_queries(14):
        client.get(address)


def test_a_filter_that_is_to_be_changed_stands_in_the_form(client, site):
    visited(site)
    url = "/sites/site.example/?f=is,visit:country,DE,AT&edit=is,visit:country,DE,AT"

    response = client.get(url)

    assert "is,visit:country,DE,AT" == response.context["editing"].parameter
    assert '<input type="hidden" name="value-0" value="AT">' in text(response)


def titles(response) -> list[str]:
    return [entry.title for entry in response.context["listing"].entries]


@pytest.mark.parametrize(
    ("widget", "search", "expected"),
    [
        ("countries", "ger", ["Germany"]),
        ("countries", "nowhere", []),
        ("languages", "GERM", ["German"]),
        ("pages", "/B", ["/a/b"]),
        ("browser-versions", "13", ["Firefox 130"]),
    ],
)
def test_a_list_is_searched_by_what_its_rows_are_called(client, site, widget, search, expected):
    firefox = {"browser": "Firefox", "browser_version": "130"}
    visited(site, country="DE", language="de-AT", path="/a/b", **firefox)
    visited(site, country="AT", language="en", path="/c", browser="Safari", browser_version="26")

    response = client.get(f"/sites/site.example/widgets/{widget}?q={search}")

    assert expected == titles(response)


def test_the_share_of_a_row_found_is_of_all_visitors(client, site):
    visited(site, country="DE")
    visited(site, country="AT")

    response = client.get("/sites/site.example/widgets/countries?q=germany")

    assert ["50%"] == [entry.share for entry in response.context["listing"].entries]


def test_a_list_is_sorted_by_any_of_its_columns_in_either_order(client, site):
    for path, views in (("/once", 1), ("/often", 3)):
        first = visited(site, path=path)
        for _ in range(views - 1):
            visited(site, path=path, visit=first.id, visitor=first.visitor)
    address = "/sites/site.example/widgets/pages?sort=pageviews"

    down, up = client.get(address), client.get(f"{address}&order=asc")

    assert (["/often", "/once"], ["/once", "/often"]) == (titles(down), titles(up))


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ("sort=shoes", "The sort “shoes” is not one of visitors"),
        ("order=up", "The order “up” is not one of asc, desc"),
        ("q=" + "x" * 201, "“q” has more than 200 characters."),
    ],
    ids=["sort", "order", "search"],
)
def test_a_list_that_cannot_be_sorted_or_searched_so_says_it(client, site, parameters, sentence):
    response = client.get(f"/sites/site.example/widgets/pages?{parameters}")

    assert (400, True) == (response.status_code, sentence in text(response))


def test_a_search_as_one_types_answers_with_the_table_alone(client, site):
    visited(site, path="/a")

    response = client.get(
        "/sites/site.example/widgets/pages?q=a", headers={**HTMX, "HX-Target": "list"}
    )

    assert (True, False, ["/a"]) == (
        text(response).startswith('<div id="list">'),
        "<html" in text(response),
        titles(response),
    )


def csv(response) -> list[str]:
    return b"".join(response.streaming_content).decode().splitlines()


def test_a_list_comes_as_csv_in_its_order_with_exact_figures(client, site):
    visited(site, path="/a", country="DE")
    for _ in range(2):
        visited(site, path="/b", country="AT")

    response = client.get("/sites/site.example/widgets/entry-pages.csv?period=today")

    assert (
        'attachment; filename="site.example entry pages.csv"',
        [
            "Entry page,Visitors,Visits,Bounce rate,Visit duration",
            "/b,2,2,100,0",
            "/a,1,1,100,0",
        ],
    ) == (response["Content-Disposition"], csv(response))


@pytest.mark.parametrize("source", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_is_a_formula(client, site, source):
    visited(site, source=source)

    lines = csv(client.get("/sites/site.example/widgets/sources.csv?period=today"))

    assert f"'{source},1" == lines[1][: len(source) + 3]


def test_no_second_line_of_a_cell_is_a_formula(client, site):
    visited(site, source="\n=1")

    lines = csv(client.get("/sites/site.example/widgets/sources.csv?period=today"))

    assert "\"'" == lines[1]


def test_a_list_that_is_refused_begins_no_file(client, site):
    response = client.get("/sites/site.example/widgets/pages.csv?f=is,event:goal,Nowhere")

    assert (400, True) == (
        response.status_code,
        "The goal &#x27;Nowhere&#x27; is not one of this site&#x27;s." in text(response),
    )


def test_the_rows_of_a_file_go_on_behind_the_engines_limit(client, site, monkeypatch):
    monkeypatch.setattr("dashboard.report.download.MAX_LIMIT", 2)
    for path in ("/a", "/b", "/c", "/d", "/e"):
        visited(site, path=path)

    lines = csv(client.get("/sites/site.example/widgets/pages.csv"))

    assert ["/a", "/b", "/c", "/d", "/e"] == [line.split(",")[0] for line in lines[1:]]


def test_the_chart_comes_as_csv(client, site):
    visited(site)

    lines = csv(
        client.get("/sites/site.example/widgets/overview.csv?from=2026-03-09&to=2026-03-10")
    )

    assert (
        "Time,Visitors,Visits,Pageviews,Views per visit,Bounce rate,Visit duration",
        48,
        "2026-03-10T14:00:00+00:00,1,1,1,1.0,100,0",
    ) == (lines[0], len(lines) - 1, lines[-10])


def suggested(client, parameters: str) -> list[str]:
    found = client.get(f"/sites/site.example/suggestions?{parameters}").context["suggestions"]
    return [f"{each.value} {each.title} {each.note}" for each in found]


def test_values_are_suggested_from_the_visits_of_the_period_and_its_filters(client, site):
    visited(site, country="DE", os="Mac")
    visited(site, country="DE", os="Mac")
    visited(site, country="DK", os="iOS")
    EventFactory(site=site, time=NOW - timedelta(days=60), country="DJ", os="Mac")

    assert (["DE Germany 2", "DK Denmark 1"], ["DE Germany 2"], ["DK Denmark 1"]) == (
        suggested(client, "dimension=visit:country"),
        suggested(client, "dimension=visit:country&f=is,visit:os,Mac"),
        suggested(client, "dimension=visit:country&text=denm"),
    )


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


def test_goals_are_suggested_by_their_names(client, site):
    for name in ("Signup", "Purchase"):
        Goal.objects.create(site=site, event_name=name)

    assert ["Purchase Purchase ", "Signup Signup "] == suggested(client, "dimension=event:goal")
    assert ["Signup Signup "] == suggested(client, "dimension=event:goal&text=sign")


def test_the_names_of_properties_are_suggested_and_then_their_values(client, site):
    for plan in ("pro", "pro", "free"):
        visited(site, name="Signup", props=json.dumps({"plan": plan, "Seats": "5"}))
    visited(site, name="engagement", props=json.dumps({"vitals:lcp": "900"}))
    EventFactory(site=site, time=NOW - timedelta(days=60), props=json.dumps({"old": "1"}))

    assert (["Seats Seats 3", "plan plan 3"], ["Seats Seats 3"], ["pro pro 2", "free free 1"]) == (
        suggested(client, "dimension=event:props:"),
        suggested(client, "dimension=event:props:&text=sea"),
        suggested(client, "dimension=event:props:plan&text=r"),
    )


def test_a_filter_by_a_property_stands_in_the_form_under_its_name(client, site):
    url = "/sites/site.example/?f=is,event:props:plan,pro&edit=is,event:props:plan,pro"

    page = text(client.get(url))

    assert re.search(r'<option value="event:props:"[^>]*selected>Property</option>', page)
    assert re.search(r'name="property-0"\s+value="plan"', page)


def test_nothing_is_suggested_for_what_is_no_dimension(client, site):
    assert 400 == client.get("/sites/site.example/suggestions?dimension=shoe").status_code


def test_the_chart_has_the_step_and_the_shape_that_are_chosen(client, site):
    visited(site)

    response = client.get("/sites/site.example/?period=7d&interval=hour&chart=bars")

    chart = response.context["overview"].chart
    assert ("hour", 168, 1) == (chart.interval, len(chart.points), len(chart.bars))


@pytest.mark.parametrize("days", [20, 32])
def test_the_chart_of_many_days_may_have_a_point_an_hour(client, site, days: int):
    first = NOW.date() - timedelta(days=days - 1)
    page = f"/sites/site.example/?from={first}&to={NOW.date()}&interval=hour"

    chart = client.get(page).context["overview"].chart

    assert (24 * days, True) == (len(chart.points), len(chart.labels) <= 10)


def test_a_member_gets_htmx_once(client, site):
    assert 1 == text(client.get("/sites/site.example/")).count("/htmx-2.min.js")


def test_a_segment_that_leaves_nothing_is_named_as_the_cause(client, site):
    visited(site, country="AT")
    segment = Segment.objects.create(
        site=site, name="Germany", filters=[["is", "visit:country", ["DE"]]]
    )

    part = client.get(f"/sites/site.example/widgets/pages?segment={segment.pk}")

    assert "Nothing fits these filters" in text(part)


def test_a_period_may_begin_and_end_at_a_time_of_a_day(client, site):
    visited(site)
    EventFactory(site=site, time=NOW - timedelta(hours=3))

    response = client.get("/sites/site.example/?from=2026-03-10T13:30&to=2026-03-10T14:30")

    assert (1, "10 Mar 2026, 13:30–14:30") == (
        response.context["overview"].figures[0].value,
        response.context["dates"],
    )


def test_figures_are_compared_with_the_days_that_are_chosen(client, site):
    EventFactory(site=site, time=datetime(2025, 3, 10, 12, tzinfo=UTC))
    visited(site)
    visited(site)

    response = client.get("/sites/site.example/?period=today&compare=year")

    assert ("100%", "10 Mar 2025") == (
        response.context["overview"].figures[0].change.text,
        response.context["compared_days"],
    )
