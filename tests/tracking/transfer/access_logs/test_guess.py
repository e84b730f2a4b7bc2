import json

import pytest

from tests.tracking.transfer.access_logs.lines import FIREFOX, IPV4, TIME, caddy, combined
from tracking.transfer.access_logs.entry import entry_of
from tracking.transfer.access_logs.guess import guess, told

NGINX_JSON = {
    "time_iso8601": "2026-03-10T12:55:36+00:00",
    "remote_addr": IPV4,
    "request_method": "GET",
    "request_uri": "/a",
    "status": "200",
    "http_user_agent": FIREFOX,
    "http_referer": "https://ref.example/",
    "host": "example.com",
    "request_time": 0.01,
}
JSON_FORMAT = """log_format json escape=json '{"when":"$msec","who":"$remote_addr",'
  '"what":"$request","code":$status,"with":"$http_user_agent","by":"$http_referer"}';"""


def common(line):
    return line.partition(' "-"')[0]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(common(combined("/a")), ("/a", "", ""), id="common"),
        pytest.param(combined("/a"), ("/a", "", FIREFOX), id="combined"),
        pytest.param(f'{combined("/a")} "-"', ("/a", "", FIREFOX), id="nginx's main"),
        pytest.param(f"a.example {combined('/a')}", ("/a", "a.example", FIREFOX), id="host first"),
        pytest.param(
            f"a.example:443 {combined('/a')}", ("/a", "a.example", FIREFOX), id="vhost_combined"
        ),
        pytest.param(
            f"a.example {common(combined('/a'))}", ("/a", "a.example", ""), id="vhost_common"
        ),
        pytest.param(caddy("/a"), ("/a", "example.com", FIREFOX), id="Caddy"),
        pytest.param(json.dumps(NGINX_JSON), ("/a", "example.com", FIREFOX), id="nginx's JSON"),
    ],
)
def test_format_is_told_from_the_first_lines(line, found):
    entry = entry_of(guess([line]).read(line))

    assert found == (entry.target, entry.host, entry.user_agent)
    assert IPV4 == entry.address


def test_few_damaged_lines_do_not_hide_the_format():
    assert guess(["nonsense", combined(), combined()]) is not None


@pytest.mark.parametrize(
    "lines",
    [[], [""], ["nonsense"], ["{}"], ["[1]"], ['{"timestamp": "2026-03-10T12:00:00Z"}'],
     ["Path,Title,Event"]],
    ids=range(7),
)  # fmt: skip
def test_what_is_no_log_has_no_format(lines):
    assert guess(lines) is None


def test_lines_of_json_are_read_by_the_format_string_of_their_server():
    line = json.dumps(
        {"when": "1773147336.250", "who": IPV4, "what": "GET /a HTTP/1.1", "code": 200,
         "with": 'Say "hi"', "by": ""}
    )  # fmt: skip

    found = {
        "time": "1773147336.250",
        "address": IPV4,
        "request": "GET /a HTTP/1.1",
        "status": "200",
        "user_agent": 'Say "hi"',
        "referrer": "",
    }
    assert found == told(JSON_FORMAT).read(line)


def test_format_is_told_by_its_name():
    assert f"[{TIME}]" == told("combined").read(combined())["time"]
