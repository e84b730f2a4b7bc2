"""The map of who is online: how dark a country is."""

import math
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from realtime.visits import country_name
from realtime.window import Now

LEVELS = 5


@dataclass(frozen=True)
class Country:
    code: str
    name: str
    count: int
    level: int


def level(figure: float, highest: float) -> int:
    """How dark a country is, from 1 to LEVELS; by the root, since few countries have most."""
    return max(1, math.ceil(LEVELS * math.sqrt(figure / highest)))


def countries(now: Now) -> list[Country]:
    """Those with people online, most first; who is somewhere unknown is on no map."""
    known = {code: count for code, count in now.countries.items() if code}
    highest = max(known.values(), default=1)
    return [
        Country(code, country_name(code), count, level(count, highest))
        for code, count in sorted(known.items(), key=lambda item: (-item[1], item[0]))
    ]


def render(now: Now) -> SafeString:
    return render_to_string("live/countries.html", {"countries": countries(now)})


def render_table(now: Now) -> SafeString:
    return render_to_string("live/country_table.html", {"countries": countries(now)})
