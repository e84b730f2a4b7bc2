import pytest

from realtime.presence.origins import Origins
from realtime.presence.people import Origin
from tests.realtime.stored import event, make_site, store

pytestmark = pytest.mark.django_db


def test_a_visitor_comes_from_where_the_latest_visit_came_from():
    site = make_site()
    agent = {"country": "DE", "device": "Mobile"}
    store(
        event(site, visitor=1, source="Bing", **agent),
        event(site, visitor=1, source="Google", **agent),
        event(site, visitor=2, source="Ecosia", **agent),
        event(make_site(), visitor=1, source="Yahoo", **agent),
    )

    assert {1: Origin("Google", "DE", "Mobile")} == Origins(site.pk).of([1, 3])


def test_each_visitor_is_looked_up_once(django_assert_num_queries):
    site = make_site()
    store(event(site, visitor=1, source="Bing"))
    origins = Origins(site.pk)
    origins.of([1, 3])

    with django_assert_num_queries(1):
        found = [origins.of([1, 3]), origins.of([1, 4])]

    assert [{1: Origin("Bing", "", "")}] * 2 == found


def test_visitors_who_have_gone_are_forgotten():
    site = make_site()
    store(event(site, visitor=1, source="Bing"))
    origins = Origins(site.pk)
    origins.of([1])

    assert ({}, {}) == (origins.of([]), origins.known)


def test_many_visitors_are_looked_up_bit_by_bit(monkeypatch):
    monkeypatch.setattr("realtime.presence.origins.MOST", 2)
    site = make_site()
    store(*(event(site, visitor=number, source="Bing") for number in range(1, 6)))
    origins = Origins(site.pk)

    assert [2, 4, 5, 5] == [len(origins.of(range(1, 6))) for _ in range(4)]
