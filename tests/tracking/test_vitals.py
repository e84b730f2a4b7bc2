import pytest

from tracking.vitals import VITALS, props_of


def test_figures_are_good_and_poor_from_where_their_definitions_say():
    assert {
        "lcp": (2500, 4000),
        "inp": (200, 500),
        "cls": (0.1, 0.25),
        "fcp": (1800, 3000),
        "ttfb": (800, 1800),
    } == {name: (vital.good, vital.poor) for name, vital in VITALS.items()}


def test_figures_become_properties_in_whole_milliseconds_and_thousandths_of_shift():
    measured = {"lcp": 1200.5, "inp": 48, "cls": 0.12345, "fcp": 0, "ttfb": 600_000}

    assert {
        "vitals:lcp": "1200",
        "vitals:inp": "48",
        "vitals:cls": "0.123",
        "vitals:fcp": "0",
        "vitals:ttfb": "600000",
    } == props_of(measured)


@pytest.mark.parametrize(
    "measured",
    [
        {"lcp": -1},
        {"lcp": 600_001},
        {"cls": 100.1},
        {"lcp": "1200"},
        {"lcp": True},
        {"lcp": None},
        {"lcp": float("nan")},
        {"lcp": float("inf")},
        {"lcp": [1200]},
        {"other": 1200},
        "lcp",
        None,
    ],
    ids=repr,
)
def test_what_no_page_can_measure_is_left_out(measured):
    assert {} == props_of(measured)
