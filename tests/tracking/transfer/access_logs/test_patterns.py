import re

import pytest

from tests.tracking.transfer.access_logs.lines import FIREFOX, IPV4, IPV6, TIME, combined
from tracking.transfer.access_logs.guess import told
from tracking.transfer.access_logs.patterns import known
from tracking.transfer.errors import ImportProblem

REQUEST = f'[{TIME}] "GET /a?b=c HTTP/1.1" 200 512'
AGENT = f'"https://ref.example/" "{FIREFOX}"'
SAID = {
    "address": IPV4,
    "time": f"[{TIME}]",
    "request": "GET /a?b=c HTTP/1.1",
    "status": "200",
}
BROWSER = {"referrer": "https://ref.example/", "user_agent": FIREFOX}
HOST = {"host": "www.example.com"}

NGINX = """log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';"""
TIMED = (
    "log_format timed '$time_iso8601|$host|$remote_addr|$request_method|$request_uri|$status|"
    "$request_time|$http_user_agent';"
)


@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("common", f"{IPV4} - - {REQUEST}", SAID),
        ("common", f"{IPV6} - - {REQUEST}", SAID | {"address": IPV6}),
        ("common", f"{IPV4} - jane doe {REQUEST}", SAID),
        ("combined", f"{IPV4} - - {REQUEST} {AGENT}", SAID | BROWSER),
        ("combined", f"{IPV4} - - {REQUEST} {AGENT} rt=0.2", SAID | BROWSER),
        (
            "vhost_combined",
            f"www.example.com:443 {IPV4} - - {REQUEST} {AGENT}",
            SAID | BROWSER | HOST,
        ),
        ("host_combined", f"www.example.com {IPV4} - - {REQUEST} {AGENT}", SAID | BROWSER | HOST),
        (
            "main",
            f'10.0.0.1 - - {REQUEST} {AGENT} "{IPV4}, 10.0.0.2"',
            SAID | BROWSER | {"address": "10.0.0.1", "forwarded": f"{IPV4}, 10.0.0.2"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)  # fmt: skip
def test_line_of_a_format_that_servers_bring_along_is_read(name, line, found):
    assert found == known(name).read(line)


@pytest.mark.parametrize(
    ("form", "line", "found"),
    [
        pytest.param(
            NGINX,
            f'10.0.0.1 - - {REQUEST} {AGENT} "-"',
            SAID | BROWSER | {"address": "10.0.0.1", "time": TIME, "forwarded": "-"},
            id="nginx's own main, with its directive",
        ),
        pytest.param(
            TIMED,
            f"2026-03-10T13:55:36+01:00|example.com|{IPV4}|GET|/a|200|0.004|{FIREFOX}",
            {
                "time": "2026-03-10T13:55:36+01:00",
                "host": "example.com",
                "address": IPV4,
                "method": "GET",
                "target": "/a",
                "status": "200",
                "user_agent": FIREFOX,
            },
            id="nginx with bars",
        ),
        pytest.param(
            r'LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost',
            f"www.example.com:80 {IPV4} - - {REQUEST} {AGENT}",
            SAID | BROWSER | HOST,
            id="Apache, with its directive",
        ),
        pytest.param(
            "%a %{%Y-%m-%dT%H:%M:%S%z}t %m %U%q %s %{User-Agent}i",
            f"{IPV4} 2026-03-10T13:55:36+0100 GET /a?b=c 200 {FIREFOX}",
            {
                "address": IPV4,
                "time": "2026-03-10T13:55:36+0100",
                "method": "GET",
                "target": "/a?b=c",
                "status": "200",
                "user_agent": FIREFOX,
            },
            id="Apache with a query string",
        ),
        pytest.param(
            r"%a %{msec}t %m %U %s \"%!200{User-Agent}i\"",
            f'{IPV4} 1773147336250 GET /a 200 "{FIREFOX}"',
            {
                "address": IPV4,
                "time": "1773147336250",
                "method": "GET",
                "path": "/a",
                "status": "200",
                "user_agent": FIREFOX,
            },
            id="Apache with times in milliseconds",
        ),
    ],
)
def test_line_is_read_by_the_format_string_of_its_server(form, line, found):
    assert found == told(form).read(line)


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("hello", "neither nginx's nor Apache's"),
        ("$remote_addr $request $status", "has no time"),
        ("%t %r %s", "has no address"),
        ("%h %t %s", "has no request"),
        ("%h%t %r %s", "two fields with nothing between"),
        ("%h %{%c}t %r %s", "Times in the form %c cannot be read"),
        ("%h " * 2000, "too long"),
        ('{"ip": "$remote_addr", "time": "$time_iso8601"}', "has no status"),
    ],
)
def test_format_string_without_what_is_needed_is_refused(form, problem):
    with pytest.raises(ImportProblem, match=re.escape(problem)):
        told(form)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\xE4\xF6\x22", '\ufffd\ufffd"'),
        (r"\xC3\xA4", "ä"),
        (r"say \"hi\"", 'say "hi"'),
        (r"a\\b", r"a\b"),
    ],
)
def test_escaped_characters_are_those_that_were_sent(written, meant):
    found = known("combined").read(combined(agent=written))

    assert meant == found["user_agent"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        combined()[:40],
        combined().replace('"', "'"),
        "\x16\x03\x01\x00",
        "a " * 15_000,
        '"' * 30_000,
        f"{IPV4} - {'- ' * 10_000} [{TIME}",
        f'{IPV4} - - [{TIME}] "{chr(92) * 29_999}',
    ],
    ids=range(9),
)
def test_line_of_another_form_is_not_read(line):
    assert None is known("combined").read(line)
