"""Formats of logs whose lines are JSON objects: Caddy's, and those that nginx or Apache write.

Caddy: https://caddyserver.com/docs/caddyfile/directives/log. The headers are lists by their names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tracking.transfer.access_logs.names import HEADERS, USUAL
from tracking.transfer.access_logs.patterns import (
    APACHE_DIRECTIVE,
    LONGEST_FORMAT,
    NGINX_VARIABLE,
    bare,
    parts_of,
)
from tracking.transfer.errors import ImportProblem


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Reads lines that are objects. `keys` says which field each value is; blank: by its name."""

    keys: Mapping[str, str] = field(default_factory=dict)

    def read(self, line: str) -> Mapping[str, str] | None:
        """The values that a line has, by the names of `names`; None where it is no object."""
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(record, dict):
            return None
        request = record.get("request")
        if isinstance(request, dict):
            return _caddy(record, request)
        found: dict[str, str] = {}
        for key, value in record.items():
            name = self.keys.get(key, "") if self.keys else USUAL.get(_usual(key), "")
            if name and not found.get(name):
                found[name] = _text(value)
        return found


def _usual(key: str) -> str:
    return key.lower().replace("-", "_").replace(" ", "_").replace(".", "_")


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _caddy(record: dict[str, Any], request: dict[str, Any]) -> dict[str, str]:
    headers = request.get("headers")
    found = {
        # Since 2.7 `client_ip` is whom trusted proxies name.
        "address": _text(request.get("client_ip") or request.get("remote_ip")),
        "time": _text(record.get("ts")),
        "method": _text(request.get("method")),
        "target": _text(request.get("uri")),
        "status": _text(record.get("status")),
        "host": _text(request.get("host")),
    }
    if isinstance(headers, dict):
        found["user_agent"] = ""
    for header, values in (headers if isinstance(headers, dict) else {}).items():
        name = HEADERS.get(header.lower(), "")
        if name and isinstance(values, list) and values and not found.get(name):
            found[name] = _text(values[0])
    return found


def keys_of(text: str) -> JsonLines:
    """The format of an object of nginx's or Apache's fields. Raises `ImportProblem`."""
    if len(text) > LONGEST_FORMAT:
        raise ImportProblem("The log's format is too long.")
    plain = bare(text)
    # Numbers stand without quotes.
    variable = NGINX_VARIABLE if NGINX_VARIABLE.search(plain) else APACHE_DIRECTIVE
    pairs = re.findall(rf'"([^"]+)"\s*:\s*"?({variable.pattern})', plain)
    keys = {key: name for key, value, *_ in pairs if (name := parts_of(value)[1])}
    missing = {"address", "time", "status"} - {*keys.values()}
    if missing - {"address"} or (missing and "forwarded" not in keys.values()):
        raise ImportProblem(f"The log's format has no {min(missing)}.")
    return JsonLines(keys)
