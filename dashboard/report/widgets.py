"""What a report shows, as a table: a widget is a row, widgets of one panel are its tabs."""

from dataclasses import dataclass, replace
from itertools import groupby

from tracking.warehouse.dimensions import GOAL, PROPERTY

VISITS = ("visitors", "visits", "bounce_rate", "visit_duration")
PAGEVIEWS = ("visitors", "pageviews", "bounce_rate", "scroll_depth", "time_on_page")
EXITS = ("visitors", "visits")
BRANDED = ("visit:source", "visit:utm_source", "visit:browser", "visit:os")
EVENTS = ("visitors", "events")
GOALS = GOAL
# The widget of which the dimension is still to be chosen.
PROPERTIES = "properties"
HOSTS = ("visitors", "pageviews", "bounce_rate")


@dataclass(frozen=True)
class Widget:
    """A list of a dimension's values with figures.

    `name` is its address, `dimensions` what a row stands for (a second one tells values of one name
    apart and is part of the row's filter), `metrics` the columns of the whole list; a panel shows
    the first. `everything` ends the words "All …". `known_only` leaves out visits without a value.
    Widgets of one `family` share a tab, which has its title, and are told apart below it.
    Countries are drawn in a `view` of `dashboard.report.world`, if there is one.
    """

    panel: str
    name: str
    title: str
    everything: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...] = VISITS
    known_only: bool = False
    family: str = ""
    view: str = ""

    @property
    def dimension(self) -> str:
        return self.dimensions[0]

    @property
    def tab(self) -> str:
        """The title of the tab under which it stands."""
        return self.family or self.title

    @property
    def key(self) -> str:
        """The custom property whose values it has, if it is one of a property."""
        return self.dimension.removeprefix(PROPERTY) if self.name == PROPERTIES else ""

    def of_property(self, key: str) -> "Widget":
        return replace(self, dimensions=(f"{PROPERTY}{key}",))

    @property
    def is_shown_by_choice(self) -> bool:
        """Whether it is not the widget that its panel shows by itself."""
        return PANELS[self.panel][0].name != self.name

    @property
    def shows_flags(self) -> bool:
        return "visit:country" in self.dimensions

    @property
    def shows_brands(self) -> bool:
        return self.dimensions[-1] in BRANDED

    @property
    def is_version(self) -> bool:
        """Whether a value means something only together with the second dimension's."""
        return self.dimension.endswith("_version")


def _campaign(name: str, title: str, everything: str, tag: str) -> Widget:
    return Widget(
        "sources", name, title, everything, (f"visit:{tag}",), known_only=True, family="Campaigns"
    )


def _version(name: str, family: str, everything: str, agent: str) -> Widget:
    dimensions = (f"visit:{agent}_version", f"visit:{agent}")
    return Widget("agents", name, "Versions", everything, dimensions, family=family)


def _map(name: str, title: str, view: str) -> Widget:
    return Widget("places", name, title, "countries", ("visit:country",), family="Map", view=view)


TABLE = (
    Widget("sources", "sources", "Sources", "sources", ("visit:source",)),
    Widget("sources", "channels", "Channels", "channels", ("visit:channel",)),
    _campaign("campaigns", "Campaigns", "campaigns", "utm_campaign"),
    _campaign("utm-sources", "Sources", "UTM sources", "utm_source"),
    _campaign("utm-mediums", "Mediums", "UTM mediums", "utm_medium"),
    _campaign("utm-contents", "Contents", "UTM contents", "utm_content"),
    _campaign("utm-terms", "Terms", "UTM terms", "utm_term"),
    Widget("sources", "referrers", "Referrers", "referrers", ("visit:referrer",), known_only=True),
    Widget("pages", "pages", "Pages", "pages", ("event:page",), PAGEVIEWS),
    Widget("pages", "entry-pages", "Entry", "entry pages", ("visit:entry_page",)),
    Widget("pages", "exit-pages", "Exit", "exit pages", ("visit:exit_page",), EXITS),
    Widget("pages", "hostnames", "Hostnames", "hostnames", ("event:hostname",), HOSTS),
    Widget("places", "countries", "Countries", "countries", ("visit:country",)),
    _map("map", "World", "world"),
    _map("map-europe", "Europe", "europe"),
    _map("map-asia", "Asia", "asia"),
    _map("map-africa", "Africa", "africa"),
    _map("map-north-america", "North America", "north-america"),
    _map("map-south-america", "South America", "south-america"),
    _map("map-oceania", "Oceania", "oceania"),
    Widget("places", "regions", "Regions", "regions", ("visit:region", "visit:country")),
    Widget("places", "cities", "Cities", "cities", ("visit:city", "visit:country")),
    Widget("places", "languages", "Languages", "languages", ("visit:language",)),
    Widget("agents", "browsers", "Browsers", "browsers", ("visit:browser",), family="Browsers"),
    _version("browser-versions", "Browsers", "browser versions", "browser"),
    Widget("agents", "systems", "Systems", "systems", ("visit:os",), family="Systems"),
    _version("system-versions", "Systems", "system versions", "os"),
    Widget("agents", "devices", "Devices", "devices", ("visit:device",)),
    Widget("agents", "screens", "Screens", "screen sizes", ("visit:screen",)),
    Widget("goals", "goals", "Goals", "goals", (GOALS,), EVENTS),
    Widget("goals", PROPERTIES, "Properties", "values", (PROPERTY,), EVENTS, known_only=True),
)

WIDGETS = {widget.name: widget for widget in TABLE}
PANELS = {
    panel: tuple(widgets) for panel, widgets in groupby(TABLE, key=lambda widget: widget.panel)
}


def tabs(panel: str) -> list[Widget]:
    """The first widget of each tab of a panel."""
    first: dict[str, Widget] = {}
    for widget in PANELS[panel]:
        first.setdefault(widget.tab, widget)
    return list(first.values())


def relatives(widget: Widget) -> list[Widget]:
    """The widgets under the same tab, itself among them; none where it is alone."""
    found = [each for each in PANELS[widget.panel] if each.tab == widget.tab]
    return found if len(found) > 1 else []
