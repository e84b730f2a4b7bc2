"""What figures can be broken down by and filtered on: a dimension is a row of `DIMENSIONS`.

Names and the words for blank values are those of Plausible's Stats API v2.
"""

from dataclasses import dataclass
from enum import Enum

from tracking.warehouse.errors import QueryError


class Scope(Enum):
    """Where a dimension's value is known."""

    EVENT = "event"  # each event has its own
    VISIT = "visit"  # the same on all events of a visit
    WHOLE_VISIT = "whole visit"  # only the visit as a whole has it
    TIME = "time"


@dataclass(frozen=True)
class Dimension:
    """A column of the events, the visits or both.

    `blank` names the empty value. `entry` is the column by which visits are counted when a question
    about visits is broken down by this property of events. `key` is the property of `event:props:`.
    `has_names` says that the column has a code of which the name is meant. `hostname` is the
    dimension that a filter on event:hostname is asked of as well, where rows are this one's.
    """

    name: str
    scope: Scope
    column: str
    blank: str = "(not set)"
    entry: str = ""
    key: str = ""
    has_names: bool = False
    hostname: str = ""


GOAL = "event:goal"
ENTRY_HOSTNAME = "visit:entry_page_hostname"
EXIT_HOSTNAME = "visit:exit_page_hostname"
PROPERTY = "event:props:"
MAX_KEY = 300

DIMENSIONS = {
    row.name: row
    for row in (
        Dimension("event:page", Scope.EVENT, "path", entry="entry_page"),
        Dimension("event:hostname", Scope.EVENT, "hostname", entry="entry_hostname"),
        Dimension("event:name", Scope.EVENT, "name"),
        Dimension(GOAL, Scope.EVENT, "goal"),
        Dimension("visit:entry_page", Scope.WHOLE_VISIT, "entry_page", hostname=ENTRY_HOSTNAME),
        Dimension(ENTRY_HOSTNAME, Scope.WHOLE_VISIT, "entry_hostname"),
        Dimension("visit:exit_page", Scope.WHOLE_VISIT, "exit_page", hostname=EXIT_HOSTNAME),
        Dimension(EXIT_HOSTNAME, Scope.WHOLE_VISIT, "exit_hostname"),
        Dimension("visit:source", Scope.VISIT, "source", "Direct / None", hostname=ENTRY_HOSTNAME),
        Dimension(
            "visit:referrer", Scope.VISIT, "referrer", "Direct / None", hostname=ENTRY_HOSTNAME
        ),
        Dimension("visit:channel", Scope.VISIT, "channel", "Direct"),
        Dimension("visit:utm_source", Scope.VISIT, "utm_source", hostname=ENTRY_HOSTNAME),
        Dimension("visit:utm_medium", Scope.VISIT, "utm_medium", hostname=ENTRY_HOSTNAME),
        Dimension("visit:utm_campaign", Scope.VISIT, "utm_campaign", hostname=ENTRY_HOSTNAME),
        Dimension("visit:utm_content", Scope.VISIT, "utm_content", hostname=ENTRY_HOSTNAME),
        Dimension("visit:utm_term", Scope.VISIT, "utm_term", hostname=ENTRY_HOSTNAME),
        Dimension("visit:device", Scope.VISIT, "device"),
        Dimension("visit:browser", Scope.VISIT, "browser"),
        Dimension("visit:browser_version", Scope.VISIT, "browser_version"),
        Dimension("visit:os", Scope.VISIT, "os"),
        Dimension("visit:os_version", Scope.VISIT, "os_version"),
        Dimension("visit:country", Scope.VISIT, "country"),
        Dimension("visit:region", Scope.VISIT, "region"),
        Dimension("visit:city", Scope.VISIT, "city"),
        # Regions and cities are stored by their names.
        Dimension("visit:country_name", Scope.VISIT, "country", has_names=True),
        Dimension("visit:region_name", Scope.VISIT, "region"),
        Dimension("visit:city_name", Scope.VISIT, "city"),
        Dimension("visit:screen", Scope.VISIT, "screen"),
        Dimension("visit:language", Scope.VISIT, "language"),
        Dimension("visit:bot", Scope.VISIT, "bot"),
        Dimension("time:minute", Scope.TIME, "minute"),
        Dimension("time:hour", Scope.TIME, "hour"),
        Dimension("time:day", Scope.TIME, "day"),
        Dimension("time:week", Scope.TIME, "week"),
        Dimension("time:month", Scope.TIME, "month"),
    )
}


def dimension(name: object) -> Dimension:
    """The dimension of that name; raises `QueryError` where there is none."""
    if not isinstance(name, str):
        raise QueryError(f"A dimension must be a text, not {name!r}.")
    if name.startswith(PROPERTY):
        return _property(name)
    if name not in DIMENSIONS:
        raise QueryError(f"There is no dimension {name!r}.")
    return DIMENSIONS[name]


def _property(name: str) -> Dimension:
    key = name.removeprefix(PROPERTY)
    if not 1 <= len(key) <= MAX_KEY:
        raise QueryError(f"The property's name in {name!r} must have 1 to {MAX_KEY} characters.")
    return Dimension(name, Scope.EVENT, "props", "(none)", key=key)
