"""Lists and the chart as files."""

import pytest

from tests.dashboard.report.visited import text, visited

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
