"""The breakdowns by which daily totals are kept. Each is one Parquet file an import.

A row has its `day`, the texts of the breakdown under the names that columns of events have, blank
where unknown, and figures, NULL where the file does not have them:

    visitors, visits, pageviews, bounces, events     numbers of them
    duration, engaged                                seconds, of all visits or stays
    engaged_visits                                   stays on a page of which the time is known
    depth, depths                                    greatest depths of scrolling, their number
"""

from collections.abc import Collection
from dataclasses import dataclass

VISITS = ("visitors", "visits", "pageviews", "bounces", "duration")
PAGES = ("visitors", "visits", "pageviews", "depth", "depths", "engaged", "engaged_visits")


@dataclass(frozen=True)
class Table:
    """`of_visits` says that each visit is in one row of a day."""

    name: str
    keys: tuple[str, ...]
    figures: tuple[str, ...] = VISITS
    of_visits: bool = True

    def sums(self, there: Collection[str]) -> dict[str, str]:
        """Expressions for the sums of `tracking.warehouse.metrics`, by their names, as far as the
        figures that are there tell them."""
        found = {name: name for name in ("visitors", "visits", "pageviews") if name in there}
        if "events" in there:
            found["events"] = "events"
        elif "pageviews" in there:
            found["events"] = "pageviews"
        if self.of_visits and "visits" in there:
            found |= {"averaged": "visits"}
            if "bounces" in there:
                found |= {"entries": "visits", "bounces": "bounces"}
            if "pageviews" in there:
                found["views"] = "pageviews"
            if "duration" in there:
                found["duration"] = "duration * 1000000"
        if {"depth", "depths"} <= set(there):
            found |= {"depth": "depth", "depths": "depths"}
        if {"engaged", "engaged_visits"} <= set(there):
            found |= {"engaged": "engaged * 1000", "stays": "engaged_visits"}
        return found

    @property
    def relation(self) -> str:
        """What stands between SELECT and FROM, so that conditions on events can be asked."""
        if self.name == "pages":
            return "*, 'pageview' AS name, MAP {}::MAP(VARCHAR, VARCHAR) AS props"
        if self.name == "events":
            return "*, '' AS path, MAP {'url': link_url, 'path': link_path} AS props"
        return "*"


TABLES = {
    table.name: table
    for table in (
        Table("visitors", ()),
        Table(
            "sources",
            (
                *("source", "referrer", "channel"),
                *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
            ),
        ),
        Table("pages", ("hostname", "path"), PAGES, of_visits=False),
        Table("entry_pages", ("entry_page",)),
        Table("exit_pages", ("exit_page",)),
        Table("places", ("country", "region", "city")),
        Table("devices", ("device",)),
        Table("browsers", ("browser", "browser_version")),
        Table("systems", ("os", "os_version")),
        Table("events", ("name", "link_url", "link_path"), ("visitors", "events"), of_visits=False),
    )
}
