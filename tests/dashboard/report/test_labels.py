import pytest

from dashboard.report import labels


@pytest.mark.parametrize(
    ("dimension", "value", "expected"),
    [
        ("visit:country", "DE", "Germany"),
        ("visit:country", "QQ", "QQ"),
        ("visit:country", "(not set)", "Unknown"),
        ("visit:language", "de", "German"),
        ("visit:language", "pt-BR", "Portuguese"),
        ("visit:language", "tlh-x", "Klingon"),
        ("visit:language", "qqz", "qqz"),
        ("visit:source", "Direct / None", "Direct / None"),
        ("event:page", "", "Unknown"),
    ],
)
def test_a_value_has_a_name_that_people_know(dimension: str, value: str, expected: str):
    assert expected == labels.label(dimension, value)


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", "flags/de.svg"), ("(not set)", "flags/xx.svg"), ("../DE", "flags/xx.svg")],
)
def test_a_country_without_a_flag_shows_the_flag_of_none(country: str, expected: str):
    assert expected == labels.flag(country)
