"""What stands for an address."""

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from dashboard.accounts.addresses import pseudo_address


def of(address: str, **headers: str) -> str:
    return pseudo_address(RequestFactory().get("/", REMOTE_ADDR=address, headers=headers))


def test_same_address_has_the_same_stand_in_and_another_has_another():
    first, again, other = of("203.0.113.7"), of("203.0.113.7"), of("203.0.113.8")

    assert (True, False) == (first == again, first == other)


def test_stand_in_is_a_private_address_that_ends_with_the_network():
    assert ("fd", "::") == (of("203.0.113.7")[:2], of("203.0.113.7")[-2:])


def test_one_connection_is_one_whatever_addresses_it_uses():
    assert of("2001:db8:1:2::3") == of("2001:db8:1:2:ffff::4")


def test_neighbouring_connections_are_two():
    assert of("2001:db8:1:2::3") != of("2001:db8:1:3::3")


@pytest.mark.parametrize(
    ("peer", "counted"),
    [("127.0.0.1", "203.0.113.9"), ("198.51.100.1", "198.51.100.1")],
    ids=["trusted proxy", "stranger"],
)
def test_forwarded_address_counts_where_a_trusted_proxy_names_it(peer, counted):
    forwarded = of(peer, **{"X-Forwarded-For": "203.0.113.9"})

    assert of(counted) == forwarded


def test_stand_in_means_nothing_once_its_key_is_forgotten():
    before = of("203.0.113.7")

    cache.clear()

    assert before != of("203.0.113.7")
