"""What the live page shows, live or at a moment of the past, as its template has it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.urls import reverse

from dashboard.live.bars import bars
from dashboard.report import formats
from dashboard.report.filters import Filter, parse_all
from dashboard.report.world import VIEWS
from realtime import past
from realtime.panels import panels, words_of_change, words_of_presence
from realtime.window import SECONDS, Now
from realtime.world import countries
from tracking.models import Site
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.evaluate import Holds, evaluator
from tracking.warehouse.filter_syntax import read_filters

# A page that was opened a while ago may ask for a moment that was a day ago then.
GRACE = timedelta(hours=1)
# The end of the second that runs: what has just happened is told with it.
RUNNING = timedelta(seconds=1)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: filters, `holds` being whether they do, and a moment or now."""

    site: Site
    filters: tuple[Filter, ...]
    holds: Holds | None
    moment: datetime | None

    @property
    def socket(self) -> str:
        """The address of the feed, with the filters as the query language has them."""
        address = f"/ws/sites/{quote(self.site.domain)}/feed"
        clauses = json.dumps([each.clause for each in self.filters], separators=(",", ":"))
        return f"{address}?{urlencode({'filters': clauses})}" if self.filters else address

    @property
    def chips(self) -> list[tuple[Filter, str]]:
        """Each filter with the address of the page without it."""
        return [
            (unwanted, self.url("live", tuple(f for f in self.filters if f != unwanted)))
            for unwanted in self.filters
        ]

    def url(self, name: str, filters: tuple[Filter, ...] | None = None, moment: str = "") -> str:
        """A route of the site with the filters, or others."""
        wanted = self.filters if filters is None else filters
        parameters = [("f", each.parameter) for each in wanted]
        if moment:
            parameters.append(("moment", moment))
        address = reverse(name, args=[self.site.domain])
        return f"{address}?{urlencode(parameters)}" if parameters else address


def read(site: Site, parameters: QueryDict, now: datetime) -> Asked:
    """Raises `QueryError` with the sentence that says what cannot be shown."""
    filters = parse_all(parameters.getlist("f"))
    clauses = [each.clause for each in filters]
    holds = evaluator(read_filters(clauses, Definitions(site.pk))) if filters else None
    return Asked(site, filters, holds, _moment(parameters.get("moment", ""), now))


def _moment(text: str, now: datetime) -> datetime | None:
    """Milliseconds since 1970, as whole seconds."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        raise QueryError("The moment must be given in milliseconds since 1970.")
    moment = datetime.fromtimestamp(int(text) // 1000, UTC)
    if not now - past.FARTHEST - GRACE <= moment <= now + RUNNING:
        raise QueryError("The moment must lie in the last 24 hours.")
    return moment


def figures(now: Now, moment: datetime) -> dict[str, Any]:
    return {
        "online_exact": f"{now.online:,}",
        "here": words_of_presence(now),
        "change": words_of_change(now.change),
        "minutes": bars(now.minutes),
        "pageviews": now.pageviews,
        "pageviews_exact": f"{now.pageviews:,}",
        "seconds": bars(seconds(now, moment)),
        "lately": f"{sum(now.seconds.values()):,} in the last minute",
        "by_second": json.dumps(now.seconds),
        "panels": panels(now),
        "countries": countries(now),
        "world": VIEWS["world"],
    }


def seconds(now: Now, moment: datetime) -> list[int]:
    """Pageviews of each of the last 60 seconds, the running one last."""
    last = int(moment.timestamp())
    return [now.seconds.get(last - ago, 0) for ago in range(SECONDS - 1, -1, -1)]


def clock(moment: datetime, site: Site) -> str:
    return formats.moment(moment.astimezone(site.zone))


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
