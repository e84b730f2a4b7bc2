"""Believable events of a small coffee shop, for pages that are looked at and timed.

The same arguments give the same events. Weekdays, hours and a slow growth show in the chart; the
sources, places and agents keep the proportions that such a site has.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from tracking.models import Event, EventLog, Site

# source, channel, referrer, weight
SOURCES = [
    ("Google", "Organic Search", "https://www.google.com/", 340),
    ("", "Direct", "", 250),
    ("Instagram", "Organic Social", "https://l.instagram.com/", 110),
    ("DuckDuckGo", "Organic Search", "https://duckduckgo.com/", 52),
    ("newsletter", "Email", "", 44),
    ("Reddit", "Organic Social", "https://www.reddit.com/r/Coffee/", 33),
    ("Bing", "Organic Search", "https://www.bing.com/", 22),
    ("sprudge.com", "Referral", "https://sprudge.com/best-roasters", 18),
    ("YouTube", "Organic Video", "https://www.youtube.com/", 15),
    ("ChatGPT", "AI Assistants", "https://chatgpt.com/", 14),
    ("Ecosia", "Organic Search", "https://www.ecosia.org/", 9),
    ("home-barista.com", "Referral", "https://www.home-barista.com/", 7),
]
# utm_source decides which visits carry a campaign: medium, campaign
CAMPAIGNS = {
    "newsletter": [("email", "november-beans"), ("email", "brew-guide"), ("email", "autumn-sale")],
    "Instagram": [("social", "autumn-sale"), ("social", "")],
}
# country, region, city, language, weight
PLACES = [
    ("DE", "Berlin", "Berlin", "de", 170),
    ("DE", "Saxony", "Leipzig", "de", 90),
    ("DE", "Hamburg", "Hamburg", "de", 80),
    ("DE", "North Rhine-Westphalia", "Cologne", "de", 70),
    ("DE", "Bavaria", "Munich", "de", 60),
    ("AT", "Vienna", "Vienna", "de", 90),
    ("AT", "Styria", "Graz", "de", 45),
    ("CH", "Zurich", "Zürich", "de", 100),
    ("NL", "Utrecht", "Utrecht", "nl", 56),
    ("FR", "Auvergne-Rhône-Alpes", "Lyon", "fr", 50),
    ("GB", "England", "London", "en", 40),
    ("US", "California", "San Francisco", "en", 30),
    ("US", "New York", "New York", "en", 26),
    ("MT", "Sliema", "Sliema", "en", 20),
    ("IT", "Piedmont", "Turin", "it", 17),
    ("PL", "Masovia", "Warsaw", "pl", 12),
    ("JP", "Tokyo", "Tokyo", "ja", 8),
    ("", "", "", "", 12),
]
# device, os, os_version, browser, browser_version, screen, weight
AGENTS = [
    ("Mobile", "iOS", "26.1", "Safari", "26.1", "Mobile", 300),
    ("Mobile", "Android", "16", "Chrome", "142", "Mobile", 170),
    ("Mobile", "Android", "15", "Samsung Internet", "29", "Mobile", 52),
    ("Desktop", "Windows", "11", "Chrome", "142", "Laptop", 120),
    ("Desktop", "Mac", "15.6", "Safari", "26.0", "Laptop", 90),
    ("Desktop", "Mac", "15.6", "Chrome", "142", "Desktop", 70),
    ("Desktop", "Windows", "11", "Firefox", "145", "Desktop", 60),
    ("Desktop", "Windows", "11", "Edge", "142", "Laptop", 42),
    ("Desktop", "Linux", "", "Firefox", "145", "Desktop", 26),
    ("Tablet", "iPadOS", "26.1", "Safari", "26.1", "Tablet", 36),
    ("Desktop", "Windows", "10", "Opera", "124", "Laptop", 14),
    ("Desktop", "Linux", "", "Vivaldi", "7.6", "Desktop", 5),
]
# path, title, weight
PAGES = [
    ("/", "Northpeak Coffee", 300),
    ("/beans/ethiopia-guji", "Ethiopia Guji", 130),
    ("/brew-guides/v60", "How to brew with a V60", 115),
    ("/subscribe", "Subscribe", 84),
    ("/beans", "All beans", 66),
    ("/beans/colombia-huila", "Colombia Huila", 44),
    ("/cart", "Your cart", 32),
    ("/journal/water-chemistry-for-filter-coffee", "Water chemistry for filter coffee", 26),
    ("/brew-guides/aeropress", "How to brew with an AeroPress", 22),
    ("/about", "About us", 14),
    ("/journal/what-a-roast-date-tells-you-and-what-it-does-not", "What a roast date tells", 9),
    ("/contact", "Contact", 7),
]


def _pick(choice: random.Random, rows: list[tuple]) -> tuple:
    return choice.choices(rows, [row[-1] for row in rows])[0][:-1]


def _starts(choice: random.Random, now: datetime, days: int, visits_a_day: int) -> list[datetime]:
    """When the visits begin: more by day than by night, fewer at weekends, slowly growing."""
    starts = []
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    for hour in range(days * 24 + 1):
        begin = first + timedelta(hours=hour)
        by_hour = 1 + 0.85 * math.sin((begin.hour - 8) / 24 * 2 * math.pi)
        by_day = 0.72 if begin.weekday() >= 5 else 1.1
        growth = 0.75 + 0.5 * hour / (days * 24)
        expected = visits_a_day / 24 * by_hour * by_day * growth * choice.uniform(0.75, 1.25)
        number = int(expected) + (choice.random() < expected % 1)
        starts += [begin + timedelta(seconds=choice.uniform(0, 3600)) for _ in range(number)]
    return sorted(start for start in starts if start < now)


@dataclass(frozen=True)
class _Person:
    visitor: int
    place: tuple
    agent: tuple


def _visit(choice: random.Random, site: Site, start: datetime, person: _Person) -> Iterator[Event]:
    source, channel, referrer = _pick(choice, SOURCES)
    country, region, city, language = person.place
    device, os, os_version, browser, browser_version, screen = person.agent
    medium, campaign = choice.choice(CAMPAIGNS.get(source, [("", "")]))
    time = start
    for number in range(min(12, 1 + int(choice.expovariate(0.62)))):
        path, title = _pick(choice, PAGES)
        yield Event(
            site_id=site.pk,
            visitor=person.visitor,
            time=time,
            name="pageview",
            hostname=site.domain,
            path=path,
            title=title,
            referrer=referrer if number == 0 else "",
            source=source,
            channel=channel,
            utm_source=source if campaign else "",
            utm_medium=medium if campaign else "",
            utm_campaign=campaign,
            country=country,
            region=region,
            city=city,
            language=language,
            device=device,
            os=os,
            os_version=os_version,
            browser=browser,
            browser_version=browser_version,
            screen=screen,
        )
        time += timedelta(seconds=min(1500, choice.lognormvariate(3.9, 0.9)))


def events(
    site: Site, now: datetime, days: int = 40, visits_a_day: int = 300, seed: int = 1
) -> list[Event]:
    """The site's events until `now`, oldest first, with ids from 1 that nobody has stored yet.

    A visitor is known for a day, in which one visit of five is by somebody who was there before.
    """
    choice = random.Random(seed)
    visits, today, day = [], [], None
    for number, start in enumerate(_starts(choice, now, days, visits_a_day), start=1):
        if start.date() != day:
            today, day = [], start.date()
        if today and choice.random() < 0.2:
            person = choice.choice(today)
        else:
            person = _Person(number, _pick(choice, PLACES), _pick(choice, AGENTS))
            today.append(person)
        steps = [event for event in _visit(choice, site, start, person) if event.time <= now]
        visits.append(steps)
    everything = sorted((event for steps in visits for event in steps), key=lambda e: e.time)
    for number, event in enumerate(everything, start=1):
        event.id = number
    for steps in visits:
        for event in steps:
            event.visit = steps[0].id
    return everything


def store(rows: list[Event]) -> list[Event]:
    """Store events under fresh ids, as one drain of the inbox would."""
    with transaction.atomic():
        log, _ = EventLog.objects.select_for_update().get_or_create(pk=1)
        highest = Event.objects.aggregate(highest=Max("id"))["highest"] or 0
        offset = max(log.last_id, highest)
        for row in rows:
            row.id += offset
            row.visit += offset
        Event.objects.bulk_create(rows, batch_size=500)
        log.last_id = offset + len(rows)
        log.save()
    return rows
