"""What was found of a fault as figures with names, for people and for programs."""

from tests.faults.oracle import Outcome
from tests.faults.trial import Found

Figures = dict[str, int | float | str]

# Those that the overview has a column for; seconds have one digit after the point.
HITS = (
    *("sent", "accepted", "stored", "doubled", "lost", "503", "unanswered"),
    *("hits/s", "slowest s", "recovery s"),
)
FEED = ("visits", "dashboards", "missed", "repeated", "out of order", "late s")


def hit_figures(hits: Outcome) -> Figures:
    counts = (hits.sent, hits.accepted, hits.stored, hits.doubled, hits.lost)
    more = (hits.unavailable, hits.unanswered, round(hits.rate))
    seconds = (round(hits.slowest, 1), round(hits.recovery, 1))
    return dict(zip(HITS, (*counts, *more, *seconds), strict=True))


def figures(found: Found) -> Figures:
    all_figures, told = hit_figures(found.hits), found.told
    if told:
        counts = (told.visits, told.dashboards, told.missed, told.repeated, told.out_of_order)
        all_figures |= dict(zip(FEED, (*counts, round(told.late, 1)), strict=True))
        all_figures["lines ended"] = counted(told.ends)
    if found.memory_mb:
        all_figures["memory MB"] = " ".join(f"{each:.0f}" for each in found.memory_mb)
    return all_figures | found.more


def counted(times: dict[int | str, int]) -> str:
    """`a 2, b 1`, the most first."""
    most_first = sorted(times.items(), key=lambda each: -each[1])
    return ", ".join(f"{what} {number}" for what, number in most_first) or "none"
