import pytest

from realtime.world import Country, countries, level
from tests.realtime.test_panels import moment


@pytest.mark.parametrize(
    ("figure", "expected"), [(0.1, 1), (4, 1), (5, 2), (16, 2), (36, 3), (64, 4), (65, 5), (100, 5)]
)
def test_a_country_is_as_dark_as_the_root_of_its_figure(figure, expected):
    assert expected == level(figure, 100)


def test_countries_with_most_people_come_first_and_unknown_ones_not_at_all():
    now = moment(countries={"": 9, "AT": 1, "DE": 4})

    assert [Country("DE", "Germany", 4, 5), Country("AT", "Austria", 1, 3)] == countries(now)
