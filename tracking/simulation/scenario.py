"""What the simulated visitors of the demo look like: a small coffee shop and its public."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from tracking.simulation.reading import Reading, reading

T = TypeVar("T")

DOMAIN = "northpeak.example"

PAGES = {
    "/": 12,
    "/beans": 8,
    "/beans/ethiopia-guji": 9,
    "/beans/colombia-huila": 6,
    "/beans/sumatra-kerinci": 3,
    "/brew-guides/v60": 7,
    "/brew-guides/aeropress": 4,
    "/journal/water-chemistry-for-filter-coffee": 3,
    "/subscribe": 5,
    "/cart": 4,
}
REFERRERS = {
    "": 9,
    "https://www.google.com/": 12,
    "https://www.instagram.com/": 8,
    "https://duckduckgo.com/": 3,
    "https://www.bing.com/": 2,
    "https://www.reddit.com/r/coffee/": 3,
    "https://news.ycombinator.com/": 1,
    "https://www.youtube.com/": 2,
    "https://chatgpt.com/": 1,
    "https://www.facebook.com/": 2,
}
CAMPAIGNS = {
    "": 16,
    "?utm_source=newsletter&utm_medium=email&utm_campaign=november": 3,
    "?utm_source=instagram&utm_medium=paid_social&utm_campaign=guji-launch": 2,
    "?utm_source=google&utm_medium=cpc&utm_campaign=beans": 2,
}
# Addresses of networks that the place database knows in these countries.
NETWORKS = {
    "91.0.0.": 10,  # Germany
    "84.112.0.": 4,  # Austria
    "81.62.0.": 3,  # Switzerland
    "90.0.0.": 4,  # France
    "86.128.0.": 5,  # United Kingdom
    "73.10.0.": 7,  # United States
    "77.160.0.": 3,  # Netherlands
    "79.0.0.": 2,  # Italy
    "1.128.0.": 2,  # Australia
    "126.0.0.": 2,  # Japan
    "177.0.0.": 2,  # Brazil
}
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
AGENTS = {  # the agent and the width of its screen
    (IPHONE + "Version/18.6 Mobile/15E148 Safari/604.1", 390): 9,
    (ANDROID + "Chrome/142.0.0.0 Mobile Safari/537.36", 412): 8,
    (ANDROID + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", 384): 3,
    (WINDOWS + "Chrome/142.0.0.0 Safari/537.36", 1920): 8,
    (WINDOWS + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", 1536): 3,
    (MAC + "605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", 1512): 5,
    ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", 1680): 2,
    ("Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
     "Version/18.6 Mobile/15E148 Safari/604.1", 820): 2,
}  # fmt: skip
LANGUAGES = {"de-DE,de;q=0.9": 9, "en-GB,en;q=0.9": 6, "en-US,en;q=0.9": 7, "fr-FR,fr;q=0.9": 3}
EVENTS = {"": 12, "Add to cart": 3, "Subscribe": 1}
# Pages of which it is told how they were read; other browsers are closed too soon.
TELLING = 0.8
# What an event brings along.
PROPS = {
    "Add to cart": {
        "beans": {"Ethiopia Guji": 5, "Colombia Huila": 3, "Sumatra Kerinci": 2},
        "size": {"250 g": 4, "1 kg": 3, "500 g": 2},
    },
    "Subscribe": {"plan": {"Monthly": 3, "Yearly": 1}},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One hit of a visitor, `after` seconds past the one before; `reading` is of engagement."""

    after: float
    name: str
    path: str
    props: dict[str, str] = field(default_factory=dict)
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes, from where, and what they do."""

    address: str
    user_agent: str
    screen_width: int
    language: str
    referrer: str
    campaign: str
    steps: tuple[Step, ...]


def visitors(chance: random.Random) -> Iterator[Visitor]:
    """Visitors without end."""
    while True:
        user_agent, width = pick(chance, AGENTS)
        yield Visitor(
            address=f"{pick(chance, NETWORKS)}{chance.randint(1, 254)}",
            user_agent=user_agent,
            screen_width=width,
            language=pick(chance, LANGUAGES),
            referrer=pick(chance, REFERRERS),
            campaign=pick(chance, CAMPAIGNS),
            steps=tuple(steps(chance, user_agent, width)),
        )


def steps(chance: random.Random, user_agent: str, screen_width: int) -> Iterator[Step]:
    """A walk of one to eight pages; now and then something is bought."""
    after = 0.0
    for _ in range(min(8, 1 + int(chance.expovariate(0.7)))):
        path = pick(chance, PAGES)
        yield Step(after, "pageview", path)
        if name := pick(chance, EVENTS):
            yield Step(chance.uniform(1, 8), name, path, props(chance, name))
        after = chance.uniform(3, 40)
        if chance.random() < TELLING:
            read = reading(chance, path, after, user_agent, screen_width)
            yield Step(after, "engagement", path, reading=read)
            after = 0.0


def props(chance: random.Random, event: str) -> dict[str, str]:
    return {name: pick(chance, values) for name, values in PROPS[event].items()}


def pick(chance: random.Random, weights: dict[T, int]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
