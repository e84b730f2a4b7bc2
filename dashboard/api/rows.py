"""Rows that an address names by their number."""

from dashboard.api.bodies import known, text
from dashboard.api.endpoint import Call


def named_site(call: Call) -> str:
    """The site of a row, which stands as `site_id` in the address or in the body."""
    in_address = "site_id" in call.request.GET
    named = call.request.GET.dict() if in_address else known(call.body, ["site_id"])
    return text(named, "site_id")


def row_id(plain: str) -> int:
    """The id that an address names; 0, which no row has, where it is none."""
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= 18
    return int(plain) if is_number else 0
