"""The lists in a site's rules, as an owner types them: one entry a line, blank lines left out.

Each `read_…` takes one entry and gives it in the form that hits are compared with, or raises
ValueError with the second half of a sentence. A list is read twice: when it is saved, where a line
that cannot be read is refused, and when the rules are loaded, where such a line is passed over.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar

from django.core.exceptions import ValidationError

Entry = TypeVar("Entry")
Network = IPv4Network | IPv6Network

MOST_ENTRIES = 500
LONGEST_ENTRY = 500

HOSTNAME = re.compile(r"[\w*-]+(?:\.[\w*-]+)*\Z")


def read_hostname(entry: str) -> str:
    """A host name in lower case, without scheme, path, port and `www.`; * stands for any text."""
    hostname = re.sub(r"^https?://", "", entry.lower()).partition("/")[0].partition(":")[0]
    if not HOSTNAME.match(hostname):
        raise ValueError("is not a hostname such as example.com or *.example.com")
    return hostname.removeprefix("www.")


def read_network(entry: str) -> Network:
    """An address stands for the network that it alone is in."""
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        raise ValueError("is not an IP address or a network such as 10.0.0.0/8") from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    # The address of a hit is the IPv4 address inside.
    if mapped is not None and network.prefixlen >= 96:
        return IPv4Network((mapped, network.prefixlen - 96))
    return network


def read_country(entry: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals."""
    code = entry.upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError("is not a country's code of two letters such as DE")
    return code


def read_page(entry: str) -> str:
    """A path; * stands for any text."""
    if not entry.startswith(("/", "*")):
        raise ValueError("is not a path that begins with / such as /admin/*")
    return entry


def read_parameter(entry: str) -> str:
    """The name of a parameter; * stands for any text."""
    if any(character in entry for character in "=&?# "):
        raise ValueError("is not the name of a parameter such as page")
    return entry


def entries(text: str) -> Iterator[tuple[int, str]]:
    """The entries of a list with the numbers of their lines."""
    for number, line in enumerate(text.splitlines(), 1):
        if entry := line.strip():
            yield number, entry


def readable(text: str, read: Callable[[str], Entry]) -> list[Entry]:
    """The entries of a list less those that cannot be read."""
    found = []
    for _, entry in entries(text):
        try:
            found.append(read(entry))
        except ValueError:
            continue
    return found


def validate(text: str, read: Callable[[str], object]) -> None:
    """Raises ValidationError with a sentence for each line that cannot be read."""
    found = list(entries(text))
    if len(found) > MOST_ENTRIES:
        raise ValidationError(f"There are {len(found)} lines; at most {MOST_ENTRIES} are possible.")
    errors = [sentence for number, entry in found if (sentence := fault(number, entry, read))]
    if errors:
        raise ValidationError(errors)


def fault(number: int, entry: str, read: Callable[[str], object]) -> str:
    """What is wrong with an entry, or an empty text."""
    if len(entry) > LONGEST_ENTRY:
        return f"Line {number} is longer than {LONGEST_ENTRY} characters."
    try:
        read(entry)
    except ValueError as error:
        return f"Line {number}, “{entry}”, {error}."
    return ""


def validate_hostnames(text: str) -> None:
    validate(text, read_hostname)


def validate_networks(text: str) -> None:
    validate(text, read_network)


def validate_countries(text: str) -> None:
    validate(text, read_country)


def validate_pages(text: str) -> None:
    validate(text, read_page)


def validate_parameters(text: str) -> None:
    validate(text, read_parameter)
