"""Compare the libraries that tell user agents, bots, places and sources, by accuracy and speed.

    python -m tests.bench.bench_enrichment_libraries

Prints one table a question. A library that is not installed is named with the command that
installs it; only those that won are in requirements/. The strings to judge come with
device-detector (Matomo's) and crawler-user-agents, so both are needed for whole tables.
"""

from __future__ import annotations

import random
import socket
import statistics
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.resources import files
from typing import Any

from tests.bench.enrichment_candidates import (
    BOTS,
    PLACES,
    SOURCES,
    USER_AGENTS,
    Candidate,
    Found,
    major,
    same,
)

SECONDS_A_CANDIDATE = 5
TIMED = 1500


def main() -> None:
    matomo = matomo_fixtures()
    compare_user_agents(matomo)
    compare_bots(matomo)
    compare_places()
    compare_sources()


# User agents


def compare_user_agents(matomo: list[dict[str, Any]]) -> None:
    browsers = [row for row in matomo if is_browser(row)]
    judged = [(row["user_agent"], expected_by_matomo(row)) for row in every(browsers, 4000)]
    today = todays_browsers()
    print("\n## User agents: browser and its major version, system; median µs uncached\n")
    print("| library | Matomo's browser | Matomo's system | of today's browsers | µs | p99 µs |")
    print("|---|---|---|---|---|---|")
    for candidate in USER_AGENTS:
        parse = loaded(candidate)
        if parse:
            found = [(parse(text), expected) for text, expected in within_time(judged, parse)]
            now = [(parse(text), expected) for text, expected in today]
            browser = share(same(a[0], e[0]) and same_version(a[1], e[1]) for a, e in found)
            system = share(same(a[2], e[2]) for a, e in found)
            both = share(same(a[0], e[0]) and same(a[2], e[2]) for a, e in now)
            times = timing(parse, [text for text, _ in judged])
            print(f"| {candidate.name} | {browser} | {system} | {both} | {times} |")
    kinds = [(row["user_agent"], KINDS[row["device"]["type"]]) for row in browsers if has_kind(row)]
    right = share(device_of(text) == kind for text, kind in kinds)
    print(f"\nKind of device, by Footfall's own rules: right for {right} of {len(kinds)}.")


# What Plausible makes of Matomo's types of device.
KINDS = {
    "desktop": "Desktop",
    "tv": "Desktop",
    "console": "Desktop",
    "tablet": "Tablet",
    "car browser": "Tablet",
    "smartphone": "Mobile",
    "feature phone": "Mobile",
    "phablet": "Mobile",
    "portable media player": "Mobile",
    "wearable": "Mobile",
    "camera": "Mobile",
}


def has_kind(row: dict[str, Any]) -> bool:
    return row["device"]["type"] in KINDS


def device_of(text: str) -> str:
    from tracking.enrich.user_agent import parse

    return parse.__wrapped__(text).device


def same_version(one: str, other: str) -> bool:
    """Where either leaves it out on purpose, as for a web view, there is nothing to compare."""
    return one == other or not one or not other


def is_browser(row: dict[str, Any]) -> bool:
    client = row.get("client")
    return (
        isinstance(client, dict)
        and client.get("type") == "browser"
        and "headers" not in row
        and "headless" not in row["user_agent"].lower()
    )


def expected_by_matomo(row: dict[str, Any]) -> Found:
    system = row["os"].get("name") if isinstance(row["os"], dict) else ""
    return row["client"]["name"], major(str(row["client"]["version"])), system or ""


def todays_browsers() -> list[tuple[str, Found]]:
    from tests.tracking.enrich import test_user_agent

    cases = test_user_agent.test_parse_names_as_plausible_does.pytestmark[0].args[1]
    agents = [case.values for case in cases]
    return [(text, (a.browser, major(a.browser_version), a.os)) for text, a in agents if a.browser]


# Bots


def compare_bots(matomo: list[dict[str, Any]]) -> None:
    people = sorted({row["user_agent"] for row in matomo if is_browser(row)})
    bots = [row["user_agent"] for row in matomo if row["file"] == "bots.yml"]
    listed = crawler_instances()
    print(f"\n## Bots: found of Matomo's {len(bots)} and of crawler-user-agents' {len(listed)};")
    print(f"browsers of people taken for one, of {len(people)}; median µs uncached\n")
    print("| library | Matomo's | crawler-user-agents' | people taken for bots | µs | p99 µs |")
    print("|---|---|---|---|---|---|")
    for candidate in BOTS:
        judge = loaded(candidate)
        if judge:
            caught = share(judge(text) for text, _ in within_time(pairs(bots), judge))
            known = share(judge(text) for text, _ in within_time(pairs(listed), judge))
            wrong = share(judge(text) for text, _ in within_time(pairs(people), judge))
            times = timing(judge, people)
            print(f"| {candidate.name} | {caught} | {known} | {wrong} | {times} |")


# Places


def compare_places() -> None:
    addresses = random_addresses(5000)
    answers = {}
    print("\n## Places: the bundled DB-IP City Lite; 5,000 random addresses\n")
    print("| reader | to open, ms | found | µs | p99 µs |")
    print("|---|---|---|---|---|")
    for candidate in PLACES:
        before = time.perf_counter()
        lookup = loaded(candidate)
        opened = (time.perf_counter() - before) * 1000
        if lookup:
            answers[candidate.name] = [lookup(address) for address in addresses]
            found = share(bool(answer) for answer in answers[candidate.name])
            print(f"| {candidate.name} | {opened:.0f} | {found} | {timing(lookup, addresses)} |")


def random_addresses(count: int) -> list[str]:
    chance = random.Random(1)
    return [socket.inet_ntoa(struct.pack("!I", chance.getrandbits(32))) for _ in range(count)]


# Sources


def compare_sources() -> None:
    known = todays_sources()
    print(f"\n## Sources: of {len(known)} hosts that send visits today\n")
    print("| data | hosts | of today's named | µs | p99 µs |")
    print("|---|---|---|---|---|")
    for candidate in SOURCES:
        table = loaded(candidate)
        if table:
            named = share(bool(table(host)) for host in known)
            print(f"| {candidate.name} | {table('')} | {named} | {timing(table, known)} |")


def todays_sources() -> list[str]:
    from tests.tracking.enrich import test_sites

    cases = test_sites.test_host_belongs_to_its_site.pytestmark[0].args[1]
    return [host for host, name in cases if name]


# Strings and figures


def matomo_fixtures() -> list[dict[str, Any]]:
    """Rows of {user_agent, os, client, device, file}; none without device-detector."""
    try:
        import yaml

        folder = files("device_detector") / "tests" / "fixtures" / "upstream"
    except ImportError:
        print("Matomo's strings are missing: pip install device-detector pyyaml")
        return []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".yml"):
            read = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
            rows += [row | {"file": path.name} for row in read]
    return rows


def crawler_instances() -> list[str]:
    try:
        rows = import_module("crawleruseragents").CRAWLER_USER_AGENTS_DATA
    except ImportError:
        print("Strings of crawlers are missing: pip install crawler-user-agents")
        return []
    return [text for row in rows for text in row["instances"]]


def loaded(candidate: Candidate) -> Callable[[str], Any] | None:
    try:
        return candidate.load()
    except ImportError:
        print(f"| {candidate.name}: pip install {candidate.packages} |")
        return None


def every(rows: Sequence[Any], count: int) -> Sequence[Any]:
    """About ``count`` rows, evenly spread."""
    return rows[:: max(1, len(rows) // count)]


def pairs(texts: Iterable[str]) -> list[tuple[str, None]]:
    return [(text, None) for text in texts]


def within_time(
    cases: Sequence[tuple[str, Any]], judge: Callable[[str], Any]
) -> Sequence[tuple[str, Any]]:
    """As many cases, evenly spread, as a slow candidate gets through in its time."""
    if not cases:
        return cases
    sample = every(cases, 50)
    before = time.perf_counter()
    for text, _ in sample:
        judge(text)
    each = (time.perf_counter() - before) / len(sample)
    return every(cases, max(50, int(SECONDS_A_CANDIDATE / each)))


def share(results: Iterable[bool]) -> str:
    judged = [bool(result) for result in results]
    return f"{100 * sum(judged) / len(judged):.2f} %" if judged else "-"


def timing(judge: Callable[[str], Any], texts: Sequence[str]) -> str:
    """Median and 99th percentile of one call in µs of this thread's CPU, as two cells."""
    if not texts:
        return "- | -"
    sample = every(texts, TIMED)
    repeated = [text for _ in range(max(1, 200 // len(sample))) for text in sample]
    taken = []
    for text in repeated:
        before = time.thread_time_ns()
        judge(text)
        taken.append((time.thread_time_ns() - before) / 1000)
    return f"{statistics.median(taken):.1f} | {statistics.quantiles(taken, n=100)[98]:.1f}"


if __name__ == "__main__":
    main()
