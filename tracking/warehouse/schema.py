"""The two relations that questions are asked of, with the types that DuckDB gives their columns.

Times are UTC without a zone. What belongs to a visit is the same on all its events. Blank texts are
empty, never NULL.
"""

from dataclasses import dataclass

# What all events of a visit share, as their event of opening had it.
OF_VISIT = (
    *("referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("country", "region", "city"),
    *("browser", "browser_version", "os", "os_version", "device", "screen", "language"),
)

# None of these texts equals the name that reports give to a blank one: pages begin with a slash,
# and of what belongs to a visit such a text is stored blank. So rows can be grouped by them as they
# are, which is twice as fast.
PLAIN = {*OF_VISIT, "path", "hostname"} - {"channel"}
PLAIN |= {"entry_page", "exit_page", "entry_hostname", "exit_hostname"}

# Engagement among them, under that name. Events of an unknown visitor have visitor and visit 0.
# Engagement has the `scroll_depth` in per cent and the engaged milliseconds, others NULL.
# `bot` is "yes" or "no". A `single` event is surely its visitor's only one on its page, engagement
# apart: of such events of one page each is another visitor's, which need not be told apart.
EVENTS = {
    "id": "BIGINT",
    "site_id": "BIGINT",
    "visitor": "BIGINT",
    "visit": "BIGINT",
    "time": "TIMESTAMP",
    "name": "VARCHAR",
    "interactive": "BOOLEAN",
    "hostname": "VARCHAR",
    "path": "VARCHAR",
    "title": "VARCHAR",
    "props": "MAP(VARCHAR, VARCHAR)",
    "revenue_amount": "DECIMAL(18, 3)",
    "revenue_currency": "VARCHAR",
    "scroll_depth": "SMALLINT",
    "engaged_ms": "INTEGER",
    "bot": "VARCHAR",
    "single": "BOOLEAN",
    **dict.fromkeys(OF_VISIT, "VARCHAR"),
}

# A visit as its events make it, engagement left out; engagement alone makes none.
# `duration` is in microseconds, pages of entry and exit are those of its pageviews.
# A `single` visit is surely its visitor's only one.
VISITS = {
    "visit": "BIGINT",
    "site_id": "BIGINT",
    "visitor": "BIGINT",
    "first_time": "TIMESTAMP",
    "last_time": "TIMESTAMP",
    "duration": "BIGINT",
    "pageviews": "BIGINT",
    "bounced": "BOOLEAN",
    "entry_page": "VARCHAR",
    "exit_page": "VARCHAR",
    "entry_hostname": "VARCHAR",
    "exit_hostname": "VARCHAR",
    "bot": "VARCHAR",
    "single": "BOOLEAN",
    **dict.fromkeys(OF_VISIT, "VARCHAR"),
}


# What the visits and events of a site, but of bots, add up to in the UTC day that begins at `time`,
# for each value of a dimension; see `tracking.warehouse.sealing.sums`. `visitors` and what follows
# are the sums of `tracking.warehouse.metrics`.
SUMS = {
    "site_id": "BIGINT",
    "time": "TIMESTAMP",
    "breakdown": "VARCHAR",
    "value": "VARCHAR",
    "other": "VARCHAR",
    **dict.fromkeys(
        (
            *("visitors", "last_visitors", "visits", "pageviews", "events", "averaged", "views"),
            *("duration", "entries", "bounces", "stays", "depths", "depth", "engaged"),
        ),
        "BIGINT",
    ),
}


@dataclass(frozen=True)
class Tables:
    """Where a question finds the relations: SQL that stands after FROM, once or several times.

    `days`, if any, is another way to the same figures, for questions that add up.
    """

    events: str = "hot.events"
    visits: str = "hot.visits"
    days: "Days | None" = None


@dataclass(frozen=True)
class Days:
    """The relation of the sums of some days, and what these leave out of a period."""

    sums: str
    rest: Tables
