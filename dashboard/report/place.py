"""From where a report is seen: a member's pages, or a link. Its addresses follow from that."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse

from dashboard.report import filters
from dashboard.report.widgets import PANELS
from tracking.access import visible_segments
from tracking.models import Segment, SharedLink, Site
from tracking.warehouse import QueryError

# Left as they are in a query string, where they mean nothing, so that a person can read it.
READABLE = ":,/"
THEMES = ("light", "dark")

# Goals tell what a site earns: whoever has a link sees them where the link says so.
GOALS = "goals"
USUAL_PANELS = [name for name in PANELS if name != GOALS]

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Place:
    """The site and who looks at it: a person, or whoever has a `link`.

    A page that stands inside another one is `embedded`, in a `theme` if one is chosen.
    """

    site: Site
    user: AbstractBaseUser | AnonymousUser = AnonymousUser()  # noqa: RUF009
    link: SharedLink | None = None
    embedded: bool = False
    theme: str = ""

    def url(self, name: str, *rest: str, parameters: Parameters = ()) -> str:
        """The address of one of the report's routes, `rest` being what comes after the site."""
        address = (
            reverse(f"shared_{name}", args=[self.link.address, *rest])
            if self.link
            else reverse(name, args=[self.site.domain, *rest])
        )
        pairs = [*parameters, *self.look]
        return f"{address}?{urlencode(pairs, safe=READABLE)}" if pairs else address

    @property
    def look(self) -> list[tuple[str, str]]:
        """The parameters by which further pages look like this one."""
        embedded = [("embed", "true")] if self.embedded else []
        return embedded + ([("theme", self.theme)] if self.theme else [])

    @cached_property
    def segments(self) -> dict[int, Segment]:
        """Those that may be named, by their numbers; nobody lists them through a link."""
        if self.link:
            return {}
        return {each.pk: each for each in visible_segments(self.user, self.site)}

    @property
    def week_start(self) -> int:
        """The day on which weeks begin for whoever looks, Monday being 0."""
        return getattr(self.user, "week_start", 0)

    @property
    def fixed(self) -> list:
        """What holds for everything that is seen, in the query language."""
        return self.link.filters if self.link else []

    @property
    def panels(self) -> list[str]:
        """The names of the panels to be seen."""
        chosen = self.link.panels or USUAL_PANELS if self.link else list(PANELS)
        return [name for name in PANELS if name in chosen]

    @property
    def shows_goals(self) -> bool:
        """Whether goals with their revenue, and custom properties, are to be seen."""
        return GOALS in self.panels

    @property
    def dimensions(self) -> dict[str, str]:
        """What may be filtered by, with its titles: where panels are chosen, what these show."""
        if not (self.link and self.link.panels):
            return filters.DIMENSIONS
        shown = {
            name for panel in self.panels for each in PANELS[panel] for name in each.dimensions
        }
        return {name: title for name, title in filters.DIMENSIONS.items() if name in shown}

    def check(self, dimension: str) -> None:
        """Raise `QueryError` for what a link does not let its holder ask."""
        if dimension.startswith(filters.PROPERTY) and self.shows_goals:
            return
        if self.link and self.link.panels and dimension not in self.dimensions:
            raise QueryError(f"There is no “{dimension}” to filter by here.")
