"""Calls to addresses that a person typed.

Such an address may lead inside: to this machine, its neighbours, or a cloud's metadata. So a call
goes only to addresses of the public internet, and to networks that the server's owner allows. The
name is resolved once, each of its addresses is checked, and the connection is made to one that was
checked: a name that changes meanwhile changes nothing. Redirects are not followed, proxies of the
environment not used, and the answer is bounded in time and size.
"""

import http
import http.client
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

from tracking.ingest.text import storable

SECONDS = 10.0
# Of an answer's body: what a person needs to see what went wrong.
MOST_BYTES = 300
LONGEST_ADDRESS = 2000
MEGABYTE = 1024 * 1024

Address = IPv4Address | IPv6Address

# Of IPv6 the addresses that are given out, https://www.iana.org/assignments/ipv6-address-space.
GIVEN_OUT = ip_network("2000::/3")
# What lies there or in IPv4 and stands for other addresses (6to4, Teredo), or is for examples.
STAND_INS = [
    *map(ip_network, ("2002::/16", "2001::/23", "2001:db8::/32", "3fff::/20", "192.88.99.0/24"))
]


class OutgoingError(Exception):
    """A call that failed, in a sentence for the person who typed the address."""


class AddressRefused(OutgoingError):
    """The address is none that this server calls."""


@dataclass(frozen=True)
class Answer:
    """`body` is the beginning of it, as text."""

    status: int
    body: str


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """Send a POST request. Raises `OutgoingError`."""
    with answered("POST", url, body, headers, seconds) as response:
        return Answer(response.status, beginning(response))


def get(url: str, most: int, seconds: float = SECONDS) -> bytes:
    """What lies at an address: a whole answer of at most so many bytes. Raises `OutgoingError`."""
    with answered("GET", url, None, {"User-Agent": "Footfall"}, seconds) as response:
        if response.status != http.HTTPStatus.OK:
            raise OutgoingError(f"The server answered {response.status} {response.reason}.")
        content = response.read(most + 1)
        if len(content) > most:
            raise OutgoingError(f"The answer is larger than {most // MEGABYTE} MB.")
        if response.length:
            raise OutgoingError("The answer broke off.")
        return content


@contextmanager
def answered(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float
) -> Iterator[http.client.HTTPResponse]:
    """The answer to a request, for as long as it takes; raises `OutgoingError`."""
    parts = checked_url(url)
    addresses = resolved(parts)
    try:
        with connected(parts, addresses, seconds) as connection:
            connection.request(method, target_of(parts), body, dict(headers))
            with connection.getresponse() as response:
                yield response
    except TimeoutError:
        raise OutgoingError(f"No answer within {seconds:.0f} seconds.") from None
    except ssl.SSLError as error:
        raise OutgoingError(f"The connection is not secure: {error.reason or error}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise OutgoingError(f"The connection failed: {words_of(error)}.") from error


def checked_url(url: str) -> SplitResult:
    """The parts of an address that may be called as far as its text tells; raises
    `AddressRefused`."""
    if len(url) > LONGEST_ADDRESS or re.search(r"[\s\x00-\x1f\x7f\\]", url):
        raise AddressRefused(f"An address has no spaces and at most {LONGEST_ADDRESS} characters.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:
        raise AddressRefused("This is not an address.") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise AddressRefused("Enter an address that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise AddressRefused("An address with a user or a password is not called.")
    return parts


def check(url: str) -> None:
    """Raises `AddressRefused` where a call would be refused as things stand."""
    resolved(checked_url(url))


def resolved(parts: SplitResult) -> list[tuple[str, int]]:
    """Where the address leads, all of it checked; raises `OutgoingError`."""
    host, port = parts.hostname or "", port_of(parts)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutgoingError(f"The name {host} is not known.") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if not is_allowed(ip_address(address)):
            raise AddressRefused(
                f"{host} is not on the public internet. The server's owner can allow networks."
            )
    return [(address, port) for address in addresses]


def is_allowed(address: Address) -> bool:
    """Whether this server calls it: it is public itself, or in a network that its owner allows."""
    if any(address in network for network in allowed_networks(tuple(settings.WEBHOOK_NETWORKS))):
        return True
    if isinstance(address, IPv6Address) and address not in GIVEN_OUT:
        return False
    stands_in = any(address in network for network in STAND_INS)
    return address.is_global and not address.is_multicast and not stands_in


@cache
def allowed_networks(texts: tuple[str, ...]) -> list:
    return [ip_network(text) for text in texts]


@contextmanager
def connected(
    parts: SplitResult, addresses: list[tuple[str, int]], seconds: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection to one of the addresses, which ends after so many seconds, whatever it does.

    Raises TimeoutError then, whatever the end of the connection looked like.
    """
    deadline = monotonic() + seconds
    raw = first_open(addresses, deadline)
    # A limit of each step alone would let an answer come byte by byte for ever.
    line = raw.dup()
    ending = Timer(max(deadline - monotonic(), 0), end, [line])
    ending.daemon = True
    ending.start()
    try:
        with closing(spoken(parts, raw)) as connection:
            yield connection
    except (OSError, http.client.HTTPException) as error:
        if monotonic() >= deadline:
            raise TimeoutError from error
        raise
    finally:
        ending.cancel()
        end(line)


def first_open(addresses: list[tuple[str, int]], deadline: float) -> socket.socket:
    error: OSError = TimeoutError()
    for address in addresses:
        if (left := deadline - monotonic()) <= 0:
            raise TimeoutError
        try:
            return socket.create_connection(address, timeout=left)
        except OSError as failed:
            error = failed
    raise error


def spoken(parts: SplitResult, raw: socket.socket) -> http.client.HTTPConnection:
    """HTTP over an open socket, under the name that was asked for."""
    host, port = parts.hostname or "", port_of(parts)
    if parts.scheme == "http":
        plain = http.client.HTTPConnection(host, port)
        plain.sock = raw
        return plain
    secure = http.client.HTTPSConnection(host, port, context=tls())
    secure.sock = tls().wrap_socket(raw, server_hostname=host)
    return secure


@cache
def tls() -> ssl.SSLContext:
    """One for all, since reading the certificates takes a moment."""
    return ssl.create_default_context()


def end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


def beginning(response: http.client.HTTPResponse) -> str:
    """The status is what counts: an answer that breaks off after it is an answer."""
    try:
        return storable(response.read1(MOST_BYTES).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException, ValueError):
        return ""


def port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def target_of(parts: SplitResult) -> str:
    path = parts.path or "/"
    return quote(f"{path}?{parts.query}" if parts.query else path, safe="%/:=&?~+!$,;'@()*[]|")


def words_of(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
