"""How the simulated visitors of the demo read a page, and how fast it came to them."""

import random
from dataclasses import dataclass

PHONE = 600  # the widest screen of one, in pixels
# The pictures of these pages are large.
HEAVY = {
    "/": 1.2,
    "/beans/ethiopia-guji": 1.5,
    "/journal/water-chemistry-for-filter-coffee": 2.0,
}
# Medians in milliseconds, of phones and of other devices: the server's answer, what is drawn first
# after it, the largest picture after that, and the answer to a click.
MEDIANS = {"ttfb": (420, 240), "fcp": (700, 420), "lcp": (650, 380), "inp": (120, 56)}
SPREAD = 0.55
MEAN_SHIFT = 0.05


@dataclass(frozen=True, slots=True)
class Reading:
    """What is told when a page is left: per cent, milliseconds, and its web vitals if measured."""

    scroll_depth: int
    engaged_ms: int
    vitals: dict[str, float]


def reading(
    chance: random.Random, path: str, seconds: float, user_agent: str, screen_width: int
) -> Reading:
    """How somebody read a page for that long; every other load is measured."""
    measured = chance.random() < 0.5
    return Reading(
        scroll_depth=min(100, round(10 + 2.2 * seconds + chance.uniform(0, 30))),
        engaged_ms=round(seconds * 1000 * chance.uniform(0.5, 0.95)),
        vitals=vitals(chance, path, user_agent, screen_width) if measured else {},
    )


def vitals(
    chance: random.Random, path: str, user_agent: str, screen_width: int
) -> dict[str, float]:
    """The web vitals of a load by name: slower on phones and on pages with large pictures."""
    column = 0 if screen_width < PHONE else 1

    def some(name: str) -> float:
        return MEDIANS[name][column] * chance.lognormvariate(0, SPREAD)

    ttfb = some("ttfb")
    fcp = ttfb + some("fcp")
    found = {
        "ttfb": round(ttfb),
        "fcp": round(fcp),
        "lcp": round(fcp + some("lcp") * HEAVY.get(path, 1)),
        "inp": round(some("inp")),
    }
    # No other browser tells how much a page jumps about.
    shift = {"cls": round(chance.expovariate(1 / MEAN_SHIFT), 3)} if "Chrome/" in user_agent else {}
    return found | shift
