"""Lists of a report: rows, their filters, pages, search, order and tabs."""

from urllib.parse import urlencode

import pytest

from dashboard.report.widgets import PANELS, WIDGETS
from tests.dashboard.report.visited import FIELDS, HTMX, text, visited
from tracking.warehouse import Query, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Goals and properties are there where somebody made, or sent, some: see test_conversions.py.
OF_ANY_VISIT = {name: each for name, each in WIDGETS.items() if each.panel != "goals"}


@pytest.mark.parametrize("page", ["0", "-1", "x", "1" * 5000, "٣", "000000001" + "0" * 5000])
def test_a_page_of_a_list_that_cannot_be_is_refused(client, site, page: str):
    response = client.get("/sites/site.example/widgets/pages", {"page": page})

    assert 400 == response.status_code


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


@pytest.mark.parametrize(
    ("parameters", "words"),
    [("", "No visits in this period"), ("f=is,visit:os,Mac", "Nothing fits these filters")],
)
def test_a_panel_without_rows_says_what_to_do(client, site, parameters: str, words: str):
    response = client.get(f"/sites/site.example/widgets/pages?{parameters}", headers=HTMX)

    assert words in text(response)


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
