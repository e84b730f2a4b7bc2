"""Each figure of a report is the API's answer to the same question."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from dashboard.report.figures import METRICS
from dashboard.report.widgets import TABLE, Widget
from tests import sample
from tests.dashboard.api.asking import asking
from tests.factories import SeatFactory

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
DAYS = ["2026-03-08", "2026-03-10"]
HTMX = {"HX-Request": "true"}
QUESTIONS = {
    "plain": ("", []),
    "one filter": ("&f=is,visit:country,DE", [["is", "visit:country", ["DE"]]]),
    "three filters": (
        "&f=is,visit:country,DE,AT&f=is_not,visit:os,Mac|is,visit:device,Mobile"
        "&f=contains,event:page,BEANS",
        [
            ["is", "visit:country", ["DE", "AT"]],
            ["or", [["is_not", "visit:os", ["Mac"]], ["is", "visit:device", ["Mobile"]]]],
            ["contains", "event:page", ["beans"], {"case_sensitive": False}],
        ],
    ),
}

# Goals and properties have columns of their own: see test_conversions.py.
OF_ANY_VISIT = [each for each in TABLE if each.panel != "goals"]

pytestmark = [pytest.mark.django_db, pytest.mark.costly]
each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))


@pytest.fixture
def asked(client: Client):
    """Asks the API about the site of the person who is signed in with the client."""
    membership = SeatFactory(site__domain="site.example", site__timezone="Europe/Berlin")
    with time_machine.travel(NOW, tick=False):
        client.force_login(membership.user)
        sample.store(sample.events(membership.site, NOW, days=4, visits_a_day=12))
        ask = asking(membership.user)

        def rows(filters: list, metrics: list[str], **more: object) -> list[dict]:
            status, answer = ask(
                "POST",
                "/api/v2/query",
                {
                    "site_id": "site.example",
                    "metrics": metrics,
                    "date_range": DAYS,
                    "filters": filters,
                    **more,
                },
            )
            assert 200 == status, answer
            return answer["results"]

        yield rows


def address(route: str, parameters: str) -> str:
    return f"/sites/site.example/{route}?from={DAYS[0]}&to={DAYS[1]}{parameters}"


@each_question
def test_headline_figures_and_their_course_are_the_apis(client, asked, question):
    parameters, filters = question

    overview = client.get(address("", f"{parameters}&metric=pageviews")).context["overview"]

    figures = asked(filters, list(METRICS))[0]["metrics"]
    course = asked(filters, ["pageviews"], dimensions=["time:day"])
    assert figures == [figure.value for figure in overview.figures]
    assert [str(row["metrics"][0]) for row in course] == [
        point.text for point in overview.chart.points
    ]


@each_question
@pytest.mark.parametrize("widget", OF_ANY_VISIT, ids=[each.name for each in OF_ANY_VISIT])
def test_rows_of_lists_are_the_apis(client, asked, question, widget: Widget):
    parameters, filters = question
    known = [["is_not", widget.dimension, ["(not set)"]]] if widget.known_only else []

    response = client.get(address(f"widgets/{widget.name}.csv", parameters))

    shown = b"".join(response.streaming_content).decode().splitlines()[1:]
    expected = asked(
        filters + known,
        list(widget.metrics),
        dimensions=list(widget.dimensions),
        order_by=[["visitors", "desc"], *([name, "asc"] for name in widget.dimensions)],
    )
    assert [
        ",".join("" if value is None else str(value) for value in row["metrics"])
        for row in expected
    ] == [tail(line, widget) for line in shown]


def tail(line: str, widget: Widget) -> str:
    """The figures of a line, without the values before them."""
    return ",".join(line.rsplit(",", len(widget.metrics))[1:])
