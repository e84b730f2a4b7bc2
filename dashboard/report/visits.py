"""Single visits: the list of those that a report counts, and one of them opened."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.report import formats, labels
from dashboard.report.question import Question
from tracking.models import Site
from tracking.vitals import PREFIX
from tracking.warehouse import Query, events, visits
from tracking.warehouse.visits import Visit, VisitEvent

PAGE = 50
OTHERS = 20
HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class Row:
    """A visit in words; `clock` is its time in the site's zone."""

    visit: Visit
    time: datetime
    clock: str
    place: str
    flag: str
    agent: str
    source: str
    duration: str
    pages: str


@dataclass(frozen=True)
class Moment:
    """An event of a visit in words; `after` is the time since the one before."""

    time: datetime
    clock: str
    after: str
    what: str
    page: str
    title: str
    details: list[tuple[str, str]]


@dataclass(frozen=True)
class Opened:
    """A visit with its path and the visitor's other visits, as far as they are known."""

    row: Row
    facts: list[tuple[str, str]]
    moments: list[Moment]
    others: list[Row]


def page(question: Question, number: int, now: datetime) -> tuple[list[Row], bool]:
    """A page of the visits that a report counts, the latest first; whether there are more."""
    query = Query.build(
        metrics=["visits"], limit=PAGE + 1, offset=(number - 1) * PAGE, now=now, **question.query
    )
    found = visits(query)
    return [row(each, question.site) for each in found[:PAGE]], len(found) > PAGE


def opened(site: Site, number: int, now: datetime) -> Opened | None:
    """The visit of that number, None where the site has none."""
    query = Query.build(site=site, metrics=["visits"], date_range="all", limit=OTHERS + 1, now=now)
    found = visits(query, only=number)
    if not found:
        return None
    visit = found[0]
    others = visits(query, visitor=visit.visitor) if visit.visitor else []
    return Opened(
        row=row(visit, site),
        facts=facts(visit),
        moments=moments(events(query, number), site),
        others=[row(each, site) for each in others if each.visit != number][:OTHERS],
    )


def row(visit: Visit, site: Site) -> Row:
    return Row(
        visit=visit,
        time=visit.first_time.astimezone(site.zone),
        clock=formats.moment(visit.first_time.astimezone(site.zone)),
        place=", ".join(filter(None, [visit.city, visit.country and country(visit)])) or "Unknown",
        flag=labels.flag(visit.country),
        agent=" · ".join(filter(None, [visit.device, visit.browser, visit.os])),
        source=visit.source or "Direct / None",
        duration=formats.seconds(visit.duration / 1_000_000),
        pages=formats.count(visit.pageviews),
    )


def country(visit: Visit) -> str:
    return labels.label("visit:country", visit.country)


def facts(visit: Visit) -> list[tuple[str, str]]:
    """What is known of a visit, by its names."""
    known = [
        ("Source", visit.source or "Direct / None"),
        ("Channel", visit.channel),
        ("Referrer", visit.referrer),
        ("Campaign", visit.utm_campaign),
        ("Country", country(visit) if visit.country else ""),
        ("Region", visit.region),
        ("City", visit.city),
        ("Browser", f"{visit.browser} {visit.browser_version}".strip()),
        ("System", f"{visit.os} {visit.os_version}".strip()),
        ("Device", visit.device),
        ("Screen", visit.screen),
        ("Language", labels.label("visit:language", visit.language) if visit.language else ""),
    ]
    return [(name, value) for name, value in known if value]


def moments(found: list[VisitEvent], site: Site) -> list[Moment]:
    told = []
    before: datetime | None = None
    for event in found:
        gap = (event.time - before).total_seconds() if before else 0
        told.append(
            Moment(
                time=event.time.astimezone(site.zone),
                clock=f"{event.time.astimezone(site.zone):%H:%M:%S}",
                after=f"{formats.seconds(gap)} later" if before and gap >= 1 else "",
                what={"pageview": "Page", "engagement": "Attention"}.get(event.name, event.name),
                page=event.path,
                title=event.title,
                details=details(event),
            )
        )
        before = event.time
    return told


def named(key: str) -> str:
    """A property's name, that of a web vital as people know it."""
    return key.removeprefix(PREFIX).upper() if key.startswith(PREFIX) else key


def details(event: VisitEvent) -> list[tuple[str, str]]:
    told = [(named(key), value) for key, value in (event.props or {}).items()]
    if event.revenue_amount is not None:
        told.append(("Revenue", f"{event.revenue_amount:,.2f} {event.revenue_currency}"))
    if event.scroll_depth is not None:
        told.append(("Scrolled to", f"{event.scroll_depth}%"))
    if event.engaged_ms:
        told.append(("Looked at for", formats.seconds(event.engaged_ms / 1000)))
    return told
