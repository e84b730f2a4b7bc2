"""Asking the server from outside, as browsers do: through the proxy in front of it."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import orjson

SECONDS = 5.0
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        """None where it is none."""
        try:
            return orjson.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Outside:
    """An address of the server, such as https://stats.example.com."""

    url: str

    @cached_property
    def is_https(self) -> bool:
        return self.url.startswith("https://")

    def socket_url(self, path: str) -> str:
        return f"ws{self.url.removeprefix('http')}{path}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Raises OSError, of which ssl's errors are some, and http.client.HTTPException."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPSConnection(
                host, parts.port, timeout=SECONDS, context=ssl.create_default_context()
            )
            if self.is_https
            else http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
        )
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read(MOST_BYTES))
        finally:
            connection.close()
