"""Readers of what a backend says of a visitor in the place of what its request shows."""

from tracking.ingest import address
from tracking.ingest.refusals import Malformed


def visitor_address(value: str, field: str) -> str:
    """An IP address in its canonical form, an empty text for none. Raises Malformed of `field`."""
    parsed = address.parse(value) if value else None
    if value and parsed is None:
        raise Malformed(**{field: "must be an IP address"})
    return str(parsed or "")


def country(code: str) -> str:
    """An ISO 3166-1 alpha-2 code, also from a region's such as `US-AK`; else an empty text."""
    code = code.partition("-")[0].upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""
