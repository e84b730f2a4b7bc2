"""Lines of access logs, as servers write them."""

import json
from typing import Any

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
# Of blocks that are kept for documentation (RFC 5737, RFC 3849).
IPV4, IPV6 = "203.0.113.77", "2001:db8:77::9c31"
TIME = "10/Mar/2026:13:55:36 +0100"


def combined(
    target: str = "/",
    *,
    address: str = IPV4,
    time: str = TIME,
    method: str = "GET",
    status: int = 200,
    referrer: str = "-",
    agent: str = FIREFOX,
) -> str:
    """A line of Apache's and nginx's combined format."""
    request = f"{method} {target} HTTP/1.1"
    return f'{address} - - [{time}] "{request}" {status} 512 "{referrer}" "{agent}"'


def caddy(uri: str = "/", *, status: int = 200, **headers: str) -> str:
    """A line of Caddy 2's; headers are given by their names with _ between."""
    sent = {name.replace("_", "-"): [value] for name, value in headers.items()}
    line: dict[str, Any] = {
        "level": "info",
        "ts": 1773147336.25,
        "logger": "http.log.access.log0",
        "msg": "handled request",
        "request": {
            "remote_ip": IPV4,
            "remote_port": "41342",
            "client_ip": IPV4,
            "proto": "HTTP/2.0",
            "method": "GET",
            "host": "example.com",
            "uri": uri,
            "headers": {"User-Agent": [FIREFOX], **sent},
        },
        "bytes_read": 0,
        "user_id": "",
        "duration": 0.000929675,
        "size": 10900,
        "status": status,
        "resp_headers": {"Server": ["Caddy"]},
    }
    return json.dumps(line)
