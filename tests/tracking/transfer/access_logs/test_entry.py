from datetime import UTC, datetime

import pytest

from tests.tracking.transfer.access_logs.lines import IPV4, IPV6, TIME
from tracking.transfer.access_logs.entry import Unreadable, client, entry_of, time_of

NOON = datetime(2026, 3, 10, 12, 55, 36, tzinfo=UTC)
VALUES = {"address": IPV4, "time": TIME, "request": "GET / HTTP/1.1", "status": "200"}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10/Mar/2026:13:55:36 +0100", NOON),
        ("[10/Mar/2026:07:25:36 -0530]", NOON),
        ("2026-03-10T13:55:36+01:00", NOON),
        ("2026-03-10T12:55:36Z", NOON),
        ("1773147336", NOON),
        ("1773147336.250", NOON.replace(microsecond=250_000)),
        ("1773147336250", NOON.replace(microsecond=250_000)),
        ("1773147336250000", NOON.replace(microsecond=250_000)),
        ("31/Dec/2016:23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_time_is_read_with_its_zone(text, time):
    assert time == time_of(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "yesterday", "32/Mar/2026:13:55:36 +0100", "10/Mär/2026:13:55:36 +0100",
     "10/Mar/2026:25:55:36 +0100", "10/Mar/2026:13:55:36 +9900", "9" * 400, "inf", "nan",
     "01/Jan/0001:00:00:00 +0100"],
)  # fmt: skip
def test_what_is_no_time_is_unreadable(text):
    with pytest.raises(Unreadable, match="Its time is none that servers write"):
        time_of(text)


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("9.9.9.9", "", "9.9.9.9"),
        (f"::ffff:{IPV4}", "", IPV4),
        (IPV6.upper(), "", IPV6),
        ("host.example", "", "host.example"),
        ("10.0.0.1", "9.9.9.9, 10.0.0.2", "9.9.9.9"),
        ("127.0.0.1", "8.8.8.8, 9.9.9.9", "9.9.9.9"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("", "9.9.9.9", "9.9.9.9"),
    ],
)
def test_client_is_whom_a_proxy_beside_the_server_names(address, forwarded, expected):
    assert expected == client(address, forwarded)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": "-"}, "status"),
        ({"status": "²00"}, "status"),
        ({"address": "-"}, "address"),
        ({"time": ""}, "time"),
    ],
)
def test_line_without_what_is_needed_is_unreadable(change, problem):
    with pytest.raises(Unreadable, match=problem):
        entry_of(VALUES | change)


def test_request_in_parts_is_put_together():
    parts = {
        "request": "",
        "method": "GET",
        "path": "/a",
        "query": "?b=c",
        "host": "Example.com:80",
    }

    entry = entry_of(VALUES | parts)

    assert ("GET", "/a?b=c", "example.com") == (entry.method, entry.target, entry.host)


def test_what_is_no_request_of_http_has_no_method():
    entry = entry_of(VALUES | {"request": "\x16\x03\x01", "status": "400"})

    assert ("", "") == (entry.method, entry.target)


@pytest.mark.parametrize(
    ("change", "known"),
    [({}, False), ({"user_agent": "-"}, True), ({"user_agent": "x"}, True)],
    ids=["no field", "blank", "there"],
)
def test_log_without_a_field_for_agents_says_nothing_of_them(change, known):
    assert known == entry_of(VALUES | change).logs_agents


def test_entry_shows_no_address():
    assert IPV4 not in repr(entry_of(VALUES))
