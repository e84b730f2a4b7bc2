"""The tracker script as it is served: built once at the start, then chosen by the request."""

import gzip
import hashlib
import json
from dataclasses import dataclass

import brotli
import rjsmin

ENDPOINT_IN_SOURCE = '"/api/event"'

Header = tuple[bytes, bytes]

COMMON_HEADERS: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=86400, stale-while-revalidate=604800"),
    (b"vary", b"Accept-Encoding"),
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)


@dataclass(frozen=True)
class Script:
    """A script in the encodings it is served in; `etag` holds for all of them, so it is weak."""

    body: bytes
    brotli: bytes
    gzip: bytes
    etag: str


def build(source: str, endpoint: str) -> Script:
    """The script to serve: `source` less comments and indentation, sending to `endpoint`.

    `endpoint` is a path on the script's own origin, such as `/api/event`. Raises ValueError when
    it is none, or when the source does not name its endpoint exactly once.
    """
    if not endpoint.startswith("/") or endpoint.startswith("//"):
        raise ValueError(f"the endpoint {endpoint!r} is not a path that begins with one slash")
    if source.count(ENDPOINT_IN_SOURCE) != 1:
        raise ValueError(f"the tracker's source must name {ENDPOINT_IN_SOURCE} exactly once")
    return readable(rjsmin.jsmin(source.replace(ENDPOINT_IN_SOURCE, json.dumps(endpoint))))


def readable(source: str) -> Script:
    """`source` as it stands, comments and all, in every encoding."""
    body = source.encode()
    return Script(
        body=body,
        brotli=brotli.compress(body, quality=11),
        gzip=gzip.compress(body, compresslevel=9, mtime=0),
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
    )


def negotiate(
    script: Script, accept_encoding: str, if_none_match: str
) -> tuple[int, list[Header], bytes]:
    """Status, ASGI headers and body that answer a GET for `script`.

    The arguments are the request's headers of those names, "" where it has none (RFC 9110,
    12.5.3 and 13.1.2).
    """
    headers = [(b"etag", script.etag.encode()), *COMMON_HEADERS]
    if _matches(script.etag, if_none_match):
        return 304, headers, b""
    encoding, body = _encoded(script, _accepted(accept_encoding))
    if encoding:
        headers.append((b"content-encoding", encoding))
    headers.append((b"content-type", b"text/javascript; charset=utf-8"))
    return 200, headers, body


def _matches(etag: str, if_none_match: str) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in known or etag.removeprefix("W/") in known


def _accepted(accept_encoding: str) -> dict[str, bool]:
    """Each encoding the header names, and whether it is wanted: `br;q=0` means it is not."""
    accepted = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=")
        accepted[name.strip()] = weight.strip("0.") != "" if parameter else True
    return accepted


def _encoded(script: Script, accepted: dict[str, bool]) -> tuple[bytes, bytes]:
    anything = accepted.get("*", False)
    if accepted.get("br", anything):
        return b"br", script.brotli
    if accepted.get("gzip", anything):
        return b"gzip", script.gzip
    return b"", script.body


def path_of(path: str, form: str) -> str:
    """Where another form of the script at `path` is, such as its source: `/js/script.src.js`."""
    stem, dot, ending = path.rpartition(".")
    return f"{stem}.{form}.{ending}" if dot else f"{path}.{form}"
