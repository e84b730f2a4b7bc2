"""The page of retention: who came back, as a table of cohorts; or why nobody can know."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.report import formats
from dashboard.report.frame import page_context, section_view
from dashboard.report.periods import one_of
from dashboard.report.question import Question
from tracking.privacy.knowing import Knowing
from tracking.warehouse import inquire
from tracking.warehouse.retention import INTERVALS, MOST, Cohort, Retention, mean

LEVELS = 5


@dataclass(frozen=True)
class Cell:
    """How many came back; no text where the part lies ahead.

    `level` says how dark it is, from 0 to LEVELS.
    """

    text: str = ""
    title: str = ""
    level: int = 0
    running: bool = False


@dataclass(frozen=True)
class Line:
    name: str
    visitors: int
    cells: list[Cell]


@section_view("retention", keeps=("by",))
def retention(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    knowing = Knowing.of(question.site)
    context = {
        **page_context(request, question, now),
        "knowing": knowing,
        "intervals": [(name, question.url("retention", by=name)) for name in knowing.intervals],
        "is_current": False,
        # Each cohort is compared with itself.
        "compared_days": "",
    }
    if knowing.intervals:
        length = context["last"] - context["first"]
        by = one_of("by", request.GET.get("by", _usual(knowing, length)), INTERVALS)
        plain = question.query
        asked = Retention.build(
            plain["site"], by, plain["filters"], plain["date_range"], now, plain["user"]
        )
        context |= table(inquire(asked), by)
    return render(request, "report/retention.html", context)


def _usual(knowing: Knowing, length: timedelta) -> str:
    """Weeks where they can be told, and months where there would be too many of them."""
    wanted = "month" if length > MOST * timedelta(weeks=1) else "week"
    return wanted if wanted in knowing.intervals else knowing.intervals[-1]


def table(cohorts: list[Cohort], by: str) -> dict:
    """The cohorts as the template shows them; those that nobody is in stand there too."""
    width = max((len(cohort.returned) for cohort in cohorts), default=0)
    return {
        "by": by,
        "anybody": any(cohort.visitors for cohort in cohorts),
        "heads": [f"{by.capitalize()} {number}" for number in range(1, width + 1)],
        "means": [_mean(cohorts, later) for later in range(width)],
        "everybody": sum(cohort.visitors for cohort in cohorts),
        "lines": [
            Line(
                name=named(cohort.start, by),
                visitors=cohort.visitors,
                cells=[_cell(cohort, later, by) for later in range(width)],
            )
            for cohort in cohorts
        ],
    }


def named(start: date, by: str) -> str:
    if by == "week":
        return formats.days(start, start + timedelta(days=6))
    return f"{start:%B %Y}" if by == "month" else formats.day(start)


def _cell(cohort: Cohort, later: int, by: str) -> Cell:
    if later >= len(cohort.returned) or not cohort.visitors:
        return Cell()
    back = cohort.returned[later]
    if back is None:
        return Cell("–", f"Not known: visitors have become new before this {by} was over")
    running = later >= cohort.complete
    title = f"{back:,} of {cohort.visitors:,}{', so far' if running else ''}"
    part = back / cohort.visitors
    return Cell(formats.share(back, cohort.visitors), title, _level(part), running)


def _mean(cohorts: list[Cohort], later: int) -> Cell:
    part = mean(cohorts, later)
    if part is None:
        return Cell("–", "Not known, or not over in any row")
    return Cell(formats.share(part, 1), "Of all visitors in the rows where it is known and over")


def _level(part: float) -> int:
    """The darkest from a half on: seldom do more come back."""
    return 0 if not part else min(LEVELS, 1 + int(part * 2 * (LEVELS - 1)))
