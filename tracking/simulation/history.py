"""What the demo's visitors did in the last weeks, so that its reports have something to say."""

import json
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from tracking.enrich.language import language
from tracking.enrich.screen import screen_class
from tracking.enrich.user_agent import parse
from tracking.ingest.place import Places
from tracking.models import Funnel, Goal, Import, Site
from tracking.simulation.scenario import DOMAIN, Step, Visitor, visitors
from tracking.transfer.importing import run
from tracking.vitals import props_of

DAYS = 60
VISITS_A_DAY = 220
# From Monday on; the shop's public reads at work.
WEEK = (1.1, 1.15, 1.15, 1.1, 1.0, 0.75, 0.75)
BUSIEST_HOUR = 14
# What the shop wants; the price of what is bought with the second.
GOALS = ("Add to cart", "Subscribe")
PRICES = (14.9, 24.9, 39.0)
FUNNEL = ("From beans to cart", [{"page": "/beans*"}, {"goal": GOALS[0]}, {"page": "/cart"}])

Line = dict[str, object]


def fill(site: Site, now: datetime) -> int:
    """Give a site of the demo its past, once; returns how many events that were."""
    for name in GOALS:
        currency = "EUR" if name == GOALS[-1] else ""
        Goal.objects.get_or_create(site=site, event_name=name, defaults={"currency": currency})
    name, steps = FUNNEL
    Funnel.objects.get_or_create(site=site, name=name, defaults={"steps": steps})
    if Import.objects.filter(site=site).exists():
        return 0
    with TemporaryDirectory(dir=settings.DATA) as folder:
        path = Path(folder) / "history.ndjson"
        with path.open("w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines(now, random.Random(1)))
        job = Import.objects.create(site=site, file_name=path.name)
        run(job, path, "ndjson")
    return job.events


def lines(now: datetime, chance: random.Random) -> Iterator[Line]:
    """The raw events of visits in the weeks before `now`, as docs/transfer.md has them."""
    coming = visitors(chance)
    places = Places(settings.GEOIP_FILE)
    for days in range(DAYS, 0, -1):
        day = now - timedelta(days=days)
        number = round(VISITS_A_DAY * WEEK[day.weekday()] * (1 + (DAYS - days) / (2 * DAYS)))
        for start in sorted(moments(day, number, chance)):
            yield from visit(next(coming), start, places, chance)


def moments(start: datetime, number: int, chance: random.Random) -> Iterator[datetime]:
    """Moments of the 24 hours from `start` on, but for the last minutes, most in the afternoon."""
    while number:
        moment = start + timedelta(seconds=chance.uniform(0, 85_800))
        height = (1 + math.cos((moment.hour - BUSIEST_HOUR) * math.pi / 12)) / 2
        if chance.random() < 0.1 + 0.9 * height:
            number -= 1
            yield moment


def visit(
    visitor: Visitor, start: datetime, places: Places, chance: random.Random
) -> Iterator[Line]:
    place, agent = places.lookup(visitor.address), parse(visitor.user_agent)
    known: Line = {
        "visitor": f"{chance.getrandbits(60):x}",
        "referrer": visitor.referrer,
        "country": place.country,
        "region": place.region,
        "city": place.city,
        "browser": agent.browser,
        "browser_version": agent.browser_version,
        "os": agent.os,
        "os_version": agent.os_version,
        "device": agent.device,
        "screen": screen_class(visitor.screen_width),
        "language": language(visitor.language),
    }
    moment = start
    for number, step in enumerate(visitor.steps):
        moment += timedelta(seconds=step.after)
        tags = visitor.campaign if number == 0 else ""
        line: Line = {
            **known,
            "timestamp": moment.isoformat(),
            "name": step.name,
            "url": f"https://{DOMAIN}{step.path}{tags}",
            **told(step),
        }
        if step.name == GOALS[-1]:
            line |= {"revenue_amount": chance.choice(PRICES), "revenue_currency": "EUR"}
        yield line


def told(step: Step) -> Line:
    """What an event brings along, and of engagement how the page was read."""
    read = step.reading
    if not read:
        return {"props": step.props}
    return {
        "props": props_of(read.vitals),
        "scroll_depth": read.scroll_depth,
        "engaged_ms": read.engaged_ms,
    }
