"""Visits for property tests: what visitors do around a period, stored for a site."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tracking.models import Event, Site

PATHS = ("/", "/blog", "/blog/a'b", "/Shop")
NAMES = ("pageview", "pageview", "Signup", "engagement")

_ids = count(1_000_000)


def stories(seconds: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Up to 8 visits that begin between an hour before and an hour after so many seconds."""
    step = st.fixed_dictionaries(
        {
            "after": st.integers(0, 5400),
            "name": st.sampled_from(NAMES),
            "path": st.sampled_from(PATHS),
            "interactive": st.booleans(),
            "plan": st.sampled_from(("", "free", "pro")),
        }
    )
    visit = st.fixed_dictionaries(
        {
            "start": st.integers(-3600, seconds + 3600),
            "visitor": st.integers(1, 4),
            "source": st.sampled_from(("", "Google", "bing")),
            "country": st.sampled_from(("", "DE", "AT")),
            "steps": st.lists(step, min_size=1, max_size=5),
        }
    )
    return st.lists(visit, max_size=8)


def store(site: Site, start: datetime, visits: list[dict[str, Any]]) -> list[Event]:
    events: list[Event] = []
    for visit in visits:
        opened = next(_ids)
        alone = visit["steps"][0]["name"] == "engagement"
        for number, step in enumerate(visit["steps"]):
            events.append(
                Event(
                    id=opened if number == 0 else next(_ids),
                    site_id=site.pk,
                    visit=opened,
                    visitor=visit["visitor"],
                    time=start + timedelta(seconds=visit["start"] + step["after"]),
                    # Nothing but engagement joins a visit that engagement opened.
                    name="engagement" if alone else step["name"],
                    interactive=step["interactive"],
                    path=step["path"],
                    props=f'{{"plan": "{step["plan"]}"}}' if step["plan"] else "",
                    source=visit["source"],
                    country=visit["country"],
                )
            )
    Event.objects.bulk_create(events)
    return events
