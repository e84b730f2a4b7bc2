"""Which address a hit came from, when proxies stand between."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_MET = 1000


class TrustedProxies:
    """The proxies whose word on the client's address is believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        self.networks: list[Network] = [ip_network(text) for text in networks]
        self.met: set[str] = set()

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self.networks)

    def client(self, peer: str, headers: Mapping[str, str]) -> str:
        """The client's address in its canonical text form; "" where none is known.

        Proxies append to X-Forwarded-For, so it is read from its end, and the first address that is
        not a trusted proxy's is the client: what stands before it anyone could have written.
        A peer without an address is a local socket, which only a proxy on this machine can use.
        """
        if not self.trusts(peer):
            return str(parse(peer))
        forwarded = headers.get("x-forwarded-for") or headers.get("x-real-ip", "")
        address = None
        for text in reversed(forwarded.split(",")):
            hop = parse(text)
            if hop is None:
                break
            address = hop
            if hop not in self:
                break
        return str(address or parse(peer) or "")

    def trusts(self, peer: str) -> bool:
        """Whether the other end of a connection is a trusted proxy; a local socket's always is."""
        if peer in self.met:
            return True
        address = parse(peer)
        is_trusted = address is None or address in self
        # A proxy sends most of the hits; anyone else's address is not kept.
        if is_trusted and len(self.met) < MOST_MET:
            self.met.add(peer)
        return is_trusted


def first_forwarded(header: str) -> str:
    """The first address of an X-Forwarded-For header, or an empty text."""
    address = parse(header.partition(",")[0]) if header else None
    return str(address or "")


def parse(text: str) -> Address | None:
    """An address from text, with or without a port, an IPv4 address in IPv6 clothes undressed."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
