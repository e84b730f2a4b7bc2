import pytest

from tracking.ingest.limits import BURST_SECONDS, Buckets, Limits

ADDRESS = "203.0.113.7"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def taken(limits: Limits, address: str, tries: int) -> int:
    return sum(limits.take_address(address) for _ in range(tries))


@pytest.mark.parametrize("rate", [1, 3, 20, 2000])
def test_full_bucket_gives_ten_seconds_of_its_rate_at_once(rate):
    buckets = Buckets(rate)

    tries = int(rate * BURST_SECONDS) + 5

    assert rate * BURST_SECONDS == sum(buckets.take(1, 1_000_000.0) for _ in range(tries))


def test_empty_bucket_refills_at_its_rate():
    clock = Clock()
    limits = Limits(20, 0, clock)
    taken(limits, ADDRESS, 1000)

    clock.now += 0.5

    assert 10 == taken(limits, ADDRESS, 1000)


def test_bucket_holds_no_more_after_a_long_pause():
    clock = Clock()
    limits = Limits(20, 0, clock)
    taken(limits, ADDRESS, 1000)

    clock.now += 86_400

    assert 200 == taken(limits, ADDRESS, 1000)


def test_steady_sender_below_its_rate_is_never_refused():
    clock = Clock()
    limits = Limits(20, 0, clock)
    found = []
    for _ in range(5000):
        found.append(limits.take_address(ADDRESS))
        clock.now += 0.05

    assert {True} == set(found)


def test_one_sender_over_its_rate_takes_nothing_from_another():
    limits = Limits(20, 0, Clock())
    taken(limits, ADDRESS, 1000)

    assert 200 == taken(limits, "203.0.113.8", 1000)


@pytest.mark.parametrize(
    ("other", "left"),
    [("2001:db8:1:2:ffff::9", 0), ("2001:db8:1:3::1", 200)],
    ids=["same network of 64 bits", "another network"],
)
def test_ipv6_addresses_that_one_host_can_draw_from_share_a_bucket(other, left):
    limits = Limits(20, 0, Clock())
    taken(limits, "2001:db8:1:2::1", 1000)

    assert left == taken(limits, other, 1000)


def test_sites_have_buckets_of_their_own():
    limits = Limits(0, 5, Clock())
    first = sum(limits.take_site(1) for _ in range(1000))

    assert (50, True) == (first, limits.take_site(2))


def test_rate_of_zero_is_no_limit():
    limits = Limits(0, 0, Clock())

    assert 1000 == taken(limits, ADDRESS, 1000)
    assert all(limits.take_site(1) for _ in range(1000))


def test_sender_without_a_known_address_is_not_limited():
    assert 1000 == taken(Limits(1, 0, Clock()), "", 1000)


def test_tables_stay_bounded_and_a_busy_sender_stays_known():
    limits = Limits(1, 0, Clock())
    limits.addresses.most = 100
    taken(limits, ADDRESS, 10)
    refused = []
    for number in range(1000):
        limits.take_address(f"2001:db8:0:{number:x}::1")
        refused.append(not limits.take_address(ADDRESS))

    assert [True] * 1000 == refused
    assert len(limits.addresses.young) + len(limits.addresses.old) <= 200


def test_no_address_is_kept():
    limits = Limits(20, 0, Clock())
    limits.take_address(ADDRESS)

    [key] = limits.addresses.young

    assert Limits(20, 0, Clock()).sender(ADDRESS) != key == limits.sender(ADDRESS)
