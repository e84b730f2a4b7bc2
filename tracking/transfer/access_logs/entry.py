"""A request as an access log tells of it, whatever the log's format."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from tracking.ingest.address import parse as parse_address

MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
# 10/Oct/2000:13:55:36 -0700, as Apache's %t and nginx's $time_local write it.
LOCAL = re.compile(
    r"\[?(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]?", re.ASCII
)
SECONDS = re.compile(r"\d{9,11}(\.\d{1,9})?", re.ASCII)
# Units of Unix time that are finer than a second, by how many digits they have in this century.
FINER = {13: 1e3, 16: 1e6, 19: 1e9}
NOTHING = frozenset({"", "-"})


class Unreadable(ValueError):
    """Why a line cannot be read, as a sentence that quotes nothing of it."""


# Its text form would have the address.
@dataclass(slots=True, repr=False)
class Entry:
    """What is known of a request. Texts are blank where the log does not say."""

    time: datetime  # in UTC
    address: str  # of the client; ends where the entry becomes a record
    method: str  # blank, as the target, of what was no request of HTTP
    target: str
    status: int
    referrer: str = ""
    user_agent: str = ""
    # Whether the log would say a user agent if there had been one.
    logs_agents: bool = True
    language: str = ""
    host: str = ""
    # Of the browser's headers, what says that nobody asked to see a page.
    purpose: str = ""
    destination: str = ""
    requested_with: str = ""
    opts_out: bool = False


def entry_of(found: Mapping[str, str]) -> Entry:
    """The entry that a line's values make, by the names in `tracking.transfer.access_logs.names`.

    Raises `Unreadable`.
    """

    def value(name: str) -> str:
        text = found.get(name, "")
        return "" if text in NOTHING else text

    method, target = _request(value)
    status = value("status")
    if not (status.isascii() and status.isdigit() and len(status) == 3):
        raise Unreadable("Its status is no number of three digits.")
    address = client(value("address"), value("forwarded"))
    if not address:
        raise Unreadable("It has no client's address.")
    return Entry(
        time=time_of(value("time")),
        address=address,
        method=method,
        target=target,
        status=int(status),
        referrer=value("referrer"),
        user_agent=value("user_agent"),
        logs_agents="user_agent" in found,
        language=value("language"),
        host=_without_port(value("host")),
        purpose=value("purpose"),
        destination=value("destination"),
        requested_with=value("requested_with"),
        opts_out="1" in (value("dnt"), value("gpc")),
    )


def _request(value: Callable[[str], str]) -> tuple[str, str]:
    if line := value("request"):
        parts = line.split(" ")
        # What is no request of HTTP reaches servers too, and is logged in its place.
        return (parts[0], parts[1]) if len(parts) == 3 else ("", "")
    target = value("target") or value("path")
    if "?" not in target and (query := value("query").removeprefix("?")):
        target = f"{target}?{query}"
    return value("method"), target


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower().rstrip(".")


@lru_cache(maxsize=1024)
def time_of(text: str) -> datetime:
    """A time with its zone, in UTC, from any form that servers write. Raises `Unreadable`."""
    try:
        if match := LOCAL.fullmatch(text):
            return _local(match)
        if SECONDS.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        if text.isascii() and text.isdigit() and len(text) in FINER:
            return datetime.fromtimestamp(int(text) / FINER[len(text)], UTC)
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, KeyError):
        raise Unreadable("Its time is none that servers write.") from None


def _local(match: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    # A leap second has no place in datetime.
    time = datetime(
        int(year), MONTHS[month], int(day), int(hour), int(minute), min(int(second), 59),
        tzinfo=timezone(-offset if sign == "-" else offset),
    )  # fmt: skip
    return time.astimezone(UTC)


def client(address: str, forwarded: str) -> str:
    """Whose request it was: where a proxy on the same network sent it, whom that names last.

    An address in its canonical form, or a host's name where the server looked names up.
    """
    if not forwarded:
        return _canonical(address)
    peer = parse_address(address) if address else None
    if (address and peer is None) or (peer is not None and peer.is_global):
        return _canonical(address)
    for text in reversed(forwarded.split(",")):
        hop = parse_address(text)
        if hop is not None and hop.is_global:
            return str(hop)
    return _canonical(address)


def _canonical(address: str) -> str:
    parsed = parse_address(address) if address else None
    return str(parsed or address)
