import pytest

from tracking.ingest.address import TrustedProxies

PROXIES = TrustedProxies(["127.0.0.0/8", "::1", "10.0.0.0/8"])


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        pytest.param("203.0.113.7", {}, "203.0.113.7", id="no proxy"),
        pytest.param(
            "203.0.113.7",
            {"x-forwarded-for": "198.51.100.1"},
            "203.0.113.7",
            id="a stranger's word",
        ),
        pytest.param(
            "127.0.0.1", {"x-forwarded-for": "198.51.100.1"}, "198.51.100.1", id="one proxy"
        ),
        pytest.param(
            "127.0.0.1",
            {"x-forwarded-for": "6.6.6.6, 198.51.100.1, 10.1.2.3"},
            "198.51.100.1",
            id="two proxies and a forged first hop",
        ),
        pytest.param(
            "127.0.0.1", {"x-forwarded-for": "10.0.0.9, 10.1.2.3"}, "10.0.0.9", id="only proxies"
        ),
        pytest.param(
            "127.0.0.1", {"x-forwarded-for": "198.51.100.1, nonsense"}, "127.0.0.1", id="nonsense"
        ),
        pytest.param("127.0.0.1", {"x-real-ip": "198.51.100.1"}, "198.51.100.1", id="x-real-ip"),
        pytest.param("", {"x-forwarded-for": "198.51.100.1"}, "198.51.100.1", id="local socket"),
        pytest.param("", {}, "", id="local socket without a header"),
        pytest.param(
            "::1", {"x-forwarded-for": "[2001:db8::1]:443"}, "2001:db8::1", id="IPv6 with a port"
        ),
        pytest.param(
            "::ffff:127.0.0.1",
            {"x-forwarded-for": "::ffff:198.51.100.1"},
            "198.51.100.1",
            id="IPv4 in IPv6",
        ),
        pytest.param(
            "127.0.0.1", {"x-forwarded-for": "198.51.100.1:5050"}, "198.51.100.1", id="with a port"
        ),
    ],
)
def test_client_is_the_last_hop_that_is_not_a_trusted_proxy(peer, headers, expected):
    assert expected == PROXIES.client(peer, headers)


def test_a_stranger_stays_one_however_often_it_comes():
    assert [False, False] == [PROXIES.trusts("203.0.113.7") for _ in range(2)]
