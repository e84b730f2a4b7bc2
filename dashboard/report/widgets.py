"""What a report shows, as a table: a widget is a row, widgets of one panel are its tabs."""

from dataclasses import dataclass
from itertools import groupby

VISITS = ("visitors", "visits", "bounce_rate", "visit_duration")
PAGEVIEWS = ("visitors", "pageviews", "bounce_rate")
EXITS = ("visitors", "visits")


@dataclass(frozen=True)
class Widget:
    """A list of a dimension's values with figures.

    `name` is its address, `dimensions` what a row stands for (a second one tells places of one name
    apart and is part of the row's filter), `metrics` the columns of the whole list; a panel shows
    the first. `everything` ends the words "All …". `known_only` leaves out visits without a value.
    """

    panel: str
    name: str
    title: str
    everything: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...] = VISITS
    known_only: bool = False

    @property
    def dimension(self) -> str:
        return self.dimensions[0]

    @property
    def is_shown_by_choice(self) -> bool:
        """Whether it is not the widget that its panel shows by itself."""
        return PANELS[self.panel][0] != self

    @property
    def shows_flags(self) -> bool:
        return "visit:country" in self.dimensions


TABLE = (
    Widget("sources", "sources", "Sources", "sources", ("visit:source",)),
    Widget("sources", "channels", "Channels", "channels", ("visit:channel",)),
    Widget(
        "sources", "campaigns", "Campaigns", "campaigns", ("visit:utm_campaign",), known_only=True
    ),
    Widget(
        "pages",
        "pages",
        "Pages",
        "pages",
        ("event:page",),
        ("visitors", "pageviews", "bounce_rate"),
    ),
    Widget("pages", "entry-pages", "Entry", "entry pages", ("visit:entry_page",)),
    Widget("pages", "exit-pages", "Exit", "exit pages", ("visit:exit_page",), EXITS),
    Widget("places", "countries", "Countries", "countries", ("visit:country",)),
    Widget("places", "regions", "Regions", "regions", ("visit:region", "visit:country")),
    Widget("places", "cities", "Cities", "cities", ("visit:city", "visit:country")),
    Widget("places", "languages", "Languages", "languages", ("visit:language",)),
    Widget("agents", "browsers", "Browsers", "browsers", ("visit:browser",)),
    Widget("agents", "systems", "Systems", "systems", ("visit:os",)),
    Widget("agents", "devices", "Devices", "devices", ("visit:device",)),
    Widget("agents", "screens", "Screens", "screen sizes", ("visit:screen",)),
)

WIDGETS = {widget.name: widget for widget in TABLE}
PANELS = {
    panel: tuple(widgets) for panel, widgets in groupby(TABLE, key=lambda widget: widget.panel)
}
