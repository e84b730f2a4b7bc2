"""The figures of a mailed report, asked as the report page asks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.report import answers, formats
from dashboard.report.answers import Choice, Listing
from dashboard.report.chart import Series
from dashboard.report.comparison import Comparison
from dashboard.report.figures import METRICS, Headline, headlines
from dashboard.report.formats import Change, Figure
from dashboard.report.periods import custom
from dashboard.report.place import Place
from dashboard.report.question import Question
from dashboard.report.widgets import WIDGETS
from realtime.subscriptions.due import Span
from tracking.models import Goal, Site
from tracking.warehouse import run

ROWS = 5
# Of a team's sites those with the most visitors have their own lines.
MOST_SITES = 50
LISTS = ("pages", "sources", "countries")
PLACE = {name: place for place, name in enumerate(METRICS)}


@dataclass(frozen=True)
class Row:
    """A page, a source, a country or a goal, and how many visitors it had."""

    name: str
    visitors: str
    share: str


@dataclass(frozen=True)
class Ranked:
    """A list, those of most visitors first."""

    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Figures:
    """The report of a site; `series` is that of its visitors, by day."""

    site: Site
    title: str
    headlines: list[Headline]
    series: Series
    lists: list[Ranked]
    url: str

    @property
    def values(self) -> list[Figure]:
        return [each.value for each in self.headlines]


@dataclass(frozen=True)
class Line:
    """A site in a team's report."""

    domain: str
    url: str
    visitors: str
    pageviews: str
    change: Change | None
    page: str
    source: str


@dataclass(frozen=True)
class TeamFigures:
    """The sums of a team's sites, and each of them; `left_out` counts those without a line."""

    title: str
    visitors: str
    visits: str
    pageviews: str
    change: Change | None
    series: Series
    lines: list[Line]
    left_out: int


def question_of(site: Site, span: Span, user: Any) -> Question:
    before = span.before
    days = [before.first.isoformat(), before.last.isoformat()]
    compared = Comparison(
        "custom",
        formats.days(before.first, before.last),
        {"mode": "custom", "date_range": days},
        (("with_from", days[0]), ("with_to", days[1])),
    )
    return Question(Place(site, user), custom(span.first, span.last), comparison=compared)


def of_site(site: Site, span: Span, user: Any, now: datetime) -> Figures:
    question = question_of(site, span, user)
    query = answers.ask(question, list(METRICS), now, comparison=question.comparison.plain)
    row = run(query).rows[0]
    return Figures(
        site=site,
        title=formats.days(span.first, span.last),
        headlines=headlines(row.metrics, row.comparison, [""] * len(METRICS)),
        series=answers.series(question, now)[PLACE["visitors"]],
        lists=lists(question, row.metrics[PLACE["visitors"]] or 0, now),
        url=question.report_url(),
    )


def listing(question: Question, name: str, now: datetime) -> Listing:
    choice = Choice(limit=ROWS, in_panel=True)
    return answers.listing(question, WIDGETS[name], now, choice)


def lists(question: Question, visitors: float, now: datetime) -> list[Ranked]:
    """Those that have something to tell."""
    found = [ranked(listing(question, name, now)) for name in LISTS]
    found.append(Ranked("Goals", goals(question, visitors, now)))
    return [each for each in found if each.rows]


def ranked(found: Listing) -> Ranked:
    rows = [Row(each.title, each.cells[0].text, each.share) for each in found.entries]
    return Ranked(found.widget.title, rows)


def goals(question: Question, visitors: float, now: datetime) -> list[Row]:
    """Those that were reached most; none where the site has no goals."""
    if not Goal.objects.filter(site=question.site).exists():
        return []
    query = answers.ask(question, ["visitors"], now, dimensions=["event:goal"], limit=ROWS)
    return [
        Row(
            row.dimensions[0],
            formats.count(row.metrics[0] or 0),
            formats.share(row.metrics[0] or 0, visitors),
        )
        for row in run(query).rows
    ]


def of_team(sites: Sequence[Site], span: Span, user: Any, now: datetime) -> TeamFigures:
    """`sites` are those that the reader may see, at least one."""
    found = [of_one(site, span, user, now) for site in sites]
    found.sort(key=lambda each: -(each.values[PLACE["visitors"]] or 0))
    return TeamFigures(
        title=formats.days(span.first, span.last),
        visitors=formats.count(total(found, "visitors")),
        visits=formats.count(total(found, "visits")),
        pageviews=formats.count(total(found, "pageviews")),
        change=formats.change(
            total(found, "visitors"),
            sum(each.past[PLACE["visitors"]] or 0 for each in found),
            "count",
        ),
        series=added([each.series for each in found]),
        lines=[line(each, now) for each in found[:MOST_SITES]],
        left_out=max(0, len(found) - MOST_SITES),
    )


@dataclass(frozen=True)
class OneOfMany:
    question: Question
    values: Sequence[Figure]
    past: Sequence[Figure]
    series: Series


def of_one(site: Site, span: Span, user: Any, now: datetime) -> OneOfMany:
    question = question_of(site, span, user)
    query = answers.ask(question, list(METRICS), now, comparison=question.comparison.plain)
    row = run(query).rows[0]
    series = answers.series(question, now)[PLACE["visitors"]]
    return OneOfMany(question, row.metrics, row.comparison or [None] * len(METRICS), series)


def total(found: Sequence[OneOfMany], metric: str) -> float:
    return sum(each.values[PLACE[metric]] or 0 for each in found)


def line(found: OneOfMany, now: datetime) -> Line:
    metric, place = METRICS["visitors"], PLACE["visitors"]
    tops = [listing(found.question, name, now).entries for name in ("pages", "sources")]
    return Line(
        domain=found.question.site.domain,
        url=found.question.report_url(),
        visitors=metric.text(found.values[place]),
        pageviews=METRICS["pageviews"].text(found.values[PLACE["pageviews"]]),
        change=formats.change(found.values[place], found.past[place], metric.unit),
        page=tops[0][0].title if tops[0] else "",
        source=tops[1][0].title if tops[1] else "",
    )


def added(courses: Sequence[Series]) -> Series:
    """One course of all: days are those of each site's own time zone."""
    first = courses[0]
    return Series(
        metric=first.metric,
        interval=first.interval,
        starts=first.starts,
        values=sums([each.values for each in courses]),
        end=first.end,
        past=sums([each.past for each in courses]),
        past_starts=first.past_starts,
    )


def sums(columns: Sequence[Sequence[Figure]]) -> list[Figure]:
    return [sum(value or 0 for value in row) for row in zip(*columns, strict=False)]
