"""Goals that an owner may want: custom events that arrive and are no goal yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracking.models import Goal, Site
from tracking.warehouse import Query, run

DAYS = 28
MOST = 30
# What trackers send by themselves, in the words of their field.
KNOWN = {
    "404": "Pages that were not found",
    "Outbound Link: Click": "Clicks on links to other sites",
    "Cloaked Link: Click": "Clicks on links that lead on to other sites",
    "File Download": "Files that were downloaded",
    "Form: Submission": "Forms that were sent",
}


@dataclass(frozen=True)
class Suggested:
    """A custom event of the last weeks; `words` say what sends it, where that is known."""

    name: str
    visitors: int
    events: int

    @property
    def words(self) -> str:
        return KNOWN.get(self.name, "")


def suggested(site: Site, now: datetime) -> list[Suggested]:
    """The custom events of the last DAYS days that no goal counts, those of most visitors first."""
    today = now.astimezone(site.zone).date()
    query = Query.build(
        site=site,
        metrics=["visitors", "events"],
        dimensions=["event:name"],
        filters=[["is_not", "event:name", ["pageview", *goal_events(site)]]],
        date_range=[(today - timedelta(days=DAYS - 1)).isoformat(), today.isoformat()],
        order_by=[["visitors", "desc"], ["event:name", "asc"]],
        limit=MOST,
        now=now,
    )
    return [Suggested(row.dimensions[0], *row.metrics) for row in run(query).rows]


def goal_events(site: Site) -> list[str]:
    """The names of the events that goals of the site count already."""
    names = Goal.objects.filter(site=site).exclude(event_name="").values_list("event_name")
    return sorted({name for (name,) in names})
