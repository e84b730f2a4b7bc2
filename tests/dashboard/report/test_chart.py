from datetime import UTC, datetime, timedelta

import pytest

from dashboard.report.chart import HEIGHT, Chart, Series, draw
from dashboard.report.figures import METRICS

START = datetime(2026, 3, 1, tzinfo=UTC)
LATER = START + timedelta(days=365)


def series(values, metric: str = "visitors", past=(), interval="day") -> Series:
    step = timedelta(hours=1) if interval == "hour" else timedelta(days=1)
    starts = [START + step * number for number in range(len(values))]
    return Series(
        metric=METRICS[metric],
        interval=interval,
        starts=starts,
        values=values,
        end=START + step * len(values),
        past=past,
        past_starts=[start - step * len(values) for start in starts],
    )


def lines(chart: Chart) -> list[str]:
    return [line.text for line in chart.lines]


def test_the_line_runs_from_edge_to_edge_between_the_ground_and_the_highest_line():
    chart = draw(series([0, 50, 100]), LATER)

    assert "M0.0,224.0L500.0,118.0L1000.0,12.0" == chart.line


def test_a_period_that_has_passed_has_nothing_running():
    assert "" == draw(series([1, 2, 3]), LATER).running


def test_the_running_bucket_is_apart_from_the_line():
    chart = draw(series([50, 50, 100]), START + timedelta(days=2, hours=1))

    assert ("M0.0,118.0L500.0,118.0", "M500.0,118.0L1000.0,12.0") == (chart.line, chart.running)


def test_what_has_not_begun_stays_empty():
    chart = draw(series([50, 100, 0, 0]), START + timedelta(days=1))

    assert ["50", "100", None, None] == [point.text for point in chart.points]


def test_a_gap_stays_where_there_is_nothing_to_average():
    chart = draw(series([50, None, 100, 100], "bounce_rate"), LATER)

    assert "M666.7,12.0L1000.0,12.0" == chart.line


def test_a_point_between_gaps_is_a_dot():
    chart = draw(series([50, None, 100, 100, None, 0], "bounce_rate"), LATER)

    assert [(0.0, 118.0), (100.0, 224.0)] == [(dot.x, dot.y) for dot in chart.dots]


def test_the_ground_lies_under_each_stretch():
    chart = draw(series([100, 100, None, 100, 100], "bounce_rate"), LATER)

    assert (
        f"M0.0,{HEIGHT}L0.0,12.0L250.0,12.0L250.0,{HEIGHT}Z"
        f"M750.0,{HEIGHT}L750.0,12.0L1000.0,12.0L1000.0,{HEIGHT}Z"
    ) == chart.area


def test_a_single_bucket_is_a_dot_in_the_middle():
    chart = draw(series([4]), START)

    assert ("", [(50.0, 12.0)]) == (chart.line, [(dot.x, dot.y) for dot in chart.dots])


def test_the_period_before_is_drawn_to_the_same_scale():
    chart = draw(series([50, 50], past=[100, 0]), LATER)

    assert ("M0.0,12.0L1000.0,224.0", "100") == (chart.past, lines(chart)[-1])


def test_a_point_carries_its_words_and_those_of_the_period_before():
    point = draw(series([12_345], past=[7]), LATER).points[0]

    assert ("Sun 1 Mar 2026", "12.3k", "Sat 28 Feb 2026", "7") == (
        point.name,
        point.text,
        point.past_name,
        point.past_text,
    )


@pytest.mark.parametrize(
    ("values", "metric", "expected"),
    [
        ([0, 0], "visitors", ["1"]),
        ([1, 2], "visitors", ["1", "2"]),
        ([1, 90], "visitors", ["25", "50", "75", "100"]),
        ([1, 130_000], "visitors", ["50k", "100k", "150k"]),
        ([3, 40], "bounce_rate", ["25%", "50%", "75%", "100%"]),
        ([70, 110], "visit_duration", ["30s", "1m", "1m 30s", "2m"]),
        ([1.2, 2.6], "views_per_visit", ["1", "2", "3"]),
    ],
    ids=["nothing", "few", "tens", "thousands", "percent", "seconds", "ratio"],
)
def test_the_lines_stand_at_round_figures(values, metric: str, expected: list[str]):
    assert expected == lines(draw(series(values, metric), LATER))


def test_every_second_label_has_no_room_on_a_phone():
    chart = draw(series([1] * 30), LATER)

    assert [("1 Mar", False), ("4 Mar", True), ("7 Mar", False)] == [
        (label.text, label.wide) for label in chart.labels
    ][:3]


def test_hours_are_labelled_in_steps_of_three():
    chart = draw(series([1] * 24, interval="hour"), LATER)

    assert ["00:00", "03:00", "06:00"] == [label.text for label in chart.labels][:3]
