"""Web vitals: what a page's loading is measured by, and where each figure is good or poor.

Names, definitions and thresholds are those of https://web.dev/articles/vitals, as of 2024; a page
does well in one where the 75th percentile of its loads is good.

They come with engagement, which counts nowhere by itself, and are stored as properties of it whose
names begin with `PREFIX`. So they have all that engagement has: its page and visit, a place in
sealed files and in exports.
"""

from dataclasses import dataclass

PREFIX = "vitals:"


@dataclass(frozen=True)
class Vital:
    """A figure up to `good` is good, one above `poor` is poor, one above `most` is not believed.

    In milliseconds, but for the layout shift, which has no unit and three decimal `places`.
    """

    name: str
    good: float
    poor: float
    most: float = 600_000
    places: int = 0

    @property
    def key(self) -> str:
        """The property that has it."""
        return PREFIX + self.name


VITALS = {
    row.name: row
    for row in (
        Vital("lcp", 2500, 4000),
        Vital("inp", 200, 500),
        Vital("cls", 0.1, 0.25, most=100, places=3),
        Vital("fcp", 1800, 3000),
        Vital("ttfb", 800, 1800),
    )
}


def props_of(measured: object) -> dict[str, str]:
    """What is believed of a client's figures by name, as properties; nothing of another value."""
    if not isinstance(measured, dict):
        return {}
    figures = {row: measured.get(row.name) for row in VITALS.values()}
    return {
        row.key: f"{figure:.{row.places}f}"
        for row, figure in figures.items()
        if isinstance(figure, int | float)
        and not isinstance(figure, bool)
        and 0 <= figure <= row.most
    }
