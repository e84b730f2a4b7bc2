"""What the address of a page says of the campaign that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from tracking.ingest.text import storable

_CLICK_IDS = ("gclid", "msclkid")
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Campaign:
    """The utm_ parameters; "" for each that is absent.

    ``click_id`` is the name of the advertiser's parameter that is present: "gclid" (Google),
    "msclkid" (Microsoft) or "". ``source_tag`` is the first of utm_source, source and ref,
    which names the source of the visit, as at Plausible.
    """

    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    click_id: str = ""
    source_tag: str = ""


NO_CAMPAIGN = Campaign()


@lru_cache(maxsize=4096)
def campaign(url_query: str) -> Campaign:
    """Read a query string, any text, without its "?"; of a parameter given twice, the first."""
    if "=" not in url_query:
        return NO_CAMPAIGN
    found: dict[str, str] = {}
    for name, value in _pairs(url_query):
        found.setdefault(name, storable(value).strip())
    utm_source = found.get("utm_source", "")
    return Campaign(
        utm_source=utm_source,
        utm_medium=found.get("utm_medium", ""),
        utm_campaign=found.get("utm_campaign", ""),
        utm_content=found.get("utm_content", ""),
        utm_term=found.get("utm_term", ""),
        click_id=next((name for name in _CLICK_IDS if found.get(name)), ""),
        source_tag=utm_source or found.get("source", "") or found.get("ref", ""),
    )


def _pairs(url_query: str) -> list[tuple[str, str]]:
    first_fields = "&".join(url_query.split("&", _MOST_FIELDS)[:_MOST_FIELDS])
    return parse_qsl(first_fields, errors="replace")
