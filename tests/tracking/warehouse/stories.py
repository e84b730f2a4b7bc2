"""Visits for property tests: what visitors do around a period, stored for a site."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tracking.models import Event, Site

PATHS = ("/", "/blog", "/blog/a'b", "/Shop")
NAMES = ("pageview", "pageview", "Signup", "engagement")
HOSTS = ("a.example", "b.example")
AMOUNTS = (None, Decimal("0.1"), Decimal("9.99"), Decimal("12.345"))

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
            "hostname": st.sampled_from(HOSTS),
            "amount": st.sampled_from(AMOUNTS),
            "currency": st.sampled_from(("EUR", "USD")),
            "depth": st.none() | st.integers(0, 100),
            "engaged": st.none() | st.integers(0, 90_000),
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
        # Nothing joins a visit that engagement would have opened: each event is alone.
        alone = visit["steps"][0]["name"] == "engagement"
        for position, step in enumerate(visit["steps"]):
            number = opened if position == 0 else next(_ids)
            name = "engagement" if alone else step["name"]
            paid = name == "Signup" and step["amount"] is not None
            events.append(
                Event(
                    id=number,
                    site_id=site.pk,
                    visit=number if alone else opened,
                    visitor=visit["visitor"],
                    time=start + timedelta(seconds=visit["start"] + step["after"]),
                    name=name,
                    interactive=step["interactive"],
                    hostname=step["hostname"],
                    path=step["path"],
                    props=f'{{"plan": "{step["plan"]}"}}' if step["plan"] else "",
                    revenue_amount=step["amount"] if paid else None,
                    revenue_currency=step["currency"] if paid else "",
                    scroll_depth=step["depth"] if name == "engagement" else None,
                    engaged_ms=step["engaged"] if name == "engagement" else None,
                    source=visit["source"],
                    country=visit["country"],
                )
            )
    Event.objects.bulk_create(events)
    return events
