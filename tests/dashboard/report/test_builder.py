from datetime import date

import pytest
from django.http import QueryDict

from dashboard.report.builder import built, is_sent
from dashboard.report.place import Place
from dashboard.report.question import read
from tests.factories import SiteFactory
from tracking.warehouse import QueryError

FIRST = "dimension-0=visit:os&operator-0=is&value-0=iOS&value-0=Mac&value-0="


def filters_of(parameters: str) -> list[str]:
    sent = QueryDict(parameters)
    question = read(Place(SiteFactory.build(domain="site.example")), sent, date(2026, 3, 15))
    return [each.parameter for each in built(question, sent).filters]


def test_the_form_is_told_by_its_first_condition():
    assert (True, False) == (is_sent(QueryDict(FIRST)), is_sent(QueryDict("f=is,visit:os,Mac")))


def test_values_are_alternatives_and_blank_ones_are_none():
    assert ["is,visit:os,iOS,Mac"] == filters_of(FIRST)


def test_conditions_are_alternatives_too():
    more = "&dimension-1=event:page&operator-1=contains&value-1=a,b"

    assert ["is,visit:os,iOS,Mac|contains,event:page,a%2Cb"] == filters_of(FIRST + more)


def test_a_filter_comes_after_those_that_there_are():
    assert ["is,visit:country,DE", "is,visit:os,iOS,Mac"] == filters_of(
        f"f=is,visit:country,DE&{FIRST}"
    )


def test_a_changed_filter_takes_the_place_of_the_old_one():
    given = f"f=is,visit:country,DE&f=is,visit:os,iOS&editing=is,visit:os,iOS&{FIRST}"

    assert ["is,visit:country,DE", "is,visit:os,iOS,Mac"] == filters_of(given)


def test_a_changed_filter_without_values_goes():
    given = "f=is,visit:os,iOS&editing=is,visit:os,iOS&dimension-0=visit:os&operator-0=is"

    assert [] == filters_of(given)


def test_a_country_may_be_typed_by_its_name():
    given = "dimension-0=visit:country&operator-0=is&value-0=germany&value-0=at&value-0=Nowhere"

    assert ["is,visit:country,DE,AT,Nowhere"] == filters_of(given)


def test_a_property_is_told_by_its_name():
    given = "dimension-0=event:props:&property-0=plan, old&operator-0=is&value-0=pro"

    assert ["is,event:props:plan%2C old,pro"] == filters_of(given)


def test_a_property_without_a_name_is_refused():
    with pytest.raises(QueryError, match="needs the property's name"):
        filters_of("dimension-0=event:props:&property-0=+&operator-0=is&value-0=pro")


def test_a_property_without_values_is_no_condition():
    assert [] == filters_of("dimension-0=event:props:&property-0=&operator-0=is&value-0=")


@pytest.mark.parametrize(
    "condition",
    [
        "dimension-0=visit:shoe&operator-0=is&value-0=1",
        "dimension-0=visit:os&operator-0=x&value-0=1",
    ],
)
def test_what_cannot_be_filtered_by_is_refused(condition: str):
    with pytest.raises(QueryError, match="The filter “"):
        filters_of(f"{condition}&value-0=1")


def test_more_conditions_than_the_form_takes_are_refused_and_not_forgotten():
    given = "&".join(f"dimension-{n}=visit:os&operator-{n}=is&value-{n}=iOS" for n in range(11))

    with pytest.raises(QueryError, match="at most 10 conditions"):
        filters_of(given)
