"""The addresses of the pages and of the API, with something in each place for a part."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

DOMAIN = "northpeak.example"
# What stands where an address has a part: by the part's name, else by its kind.
PARTS = {"domain": DOMAIN, "site_id": DOMAIN, "name": "sources", "app_label": "tracking"}
KINDS = {
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "1",
    "uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
}
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """`name` is the route as the code spells it; `address` is one that it serves."""

    name: str
    address: str
    view: Any


def routes() -> list[Route]:
    return [
        Route(name, f"/{PART.sub(filled, name)}", pattern.callback)
        for name, pattern in spelt(get_resolver())
    ]


def spelt(resolver: URLResolver, before: str = "") -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []
    for entry in resolver.url_patterns:
        name = before + text_of(entry)
        found += spelt(entry, name) if isinstance(entry, URLResolver) else [(name, entry)]
    return found


def text_of(entry: URLPattern | URLResolver) -> str:
    """The route of an entry; a regular expression's as far as it is plain, with its parts."""
    text = str(entry.pattern)
    if not isinstance(entry.pattern, RegexPattern):
        return text
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", text)
    return re.sub(r"[\^$?\\]|\\Z", "", named)


def filled(part: re.Match[str]) -> str:
    return PARTS.get(part["name"], KINDS[part["kind"] or "str"])
