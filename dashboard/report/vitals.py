"""The page of web vitals: five figures of how pages load, their course, by page and by device."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.report import answers, labels
from dashboard.report.chart import Chart, draw
from dashboard.report.figures import Metric
from dashboard.report.filters import Filter
from dashboard.report.formats import Change, Figure, change
from dashboard.report.frame import page_context, section_view
from dashboard.report.intervals import step
from dashboard.report.periods import one_of
from dashboard.report.question import Question
from tracking.snippet import vitals_snippet
from tracking.vitals import VITALS, Vital
from tracking.warehouse import run

TITLES = {
    "lcp": ("Largest Contentful Paint", "when the largest text or image stands there"),
    "inp": ("Interaction to Next Paint", "how long a click or a key waits for its answer"),
    "cls": ("Cumulative Layout Shift", "how much of the page jumps about"),
    "fcp": ("First Contentful Paint", "when the first text or image stands there"),
    "ttfb": ("Time to First Byte", "when the server begins to answer"),
}
RATINGS = {"good": "Good", "fair": "Needs improvement", "poor": "Poor"}
LOADS = "loads"
ROWS = 100
TABLES = (("page", "Pages", "event:page"), ("device", "Devices", "visit:device"))


@dataclass(frozen=True)
class Measured:
    """A web vital at the 75th percentile, as a cell or a card shows it."""

    vital: Vital
    value: Figure

    @property
    def metric(self) -> Metric:
        unit = "ratio" if self.vital.places else "milliseconds"
        title = TITLES[self.vital.name][0]
        return Metric(f"{self.vital.name}_p75", title, unit, more_is_good=False)

    @property
    def text(self) -> str:
        return self.metric.text(self.value)

    @property
    def rating(self) -> str:
        """Of RATINGS, empty where nothing was measured."""
        if self.value is None:
            return ""
        if self.value <= self.vital.good:
            return "good"
        return "poor" if self.value > self.vital.poor else "fair"

    @property
    def rating_text(self) -> str:
        return RATINGS.get(self.rating, "Not measured")


@dataclass(frozen=True)
class Card(Measured):
    """With the loads that it is of, and how many per cent of them are good and poor."""

    good: float
    poor: float
    loads: int
    change: Change | None

    @property
    def title(self) -> str:
        return TITLES[self.vital.name][0]

    @property
    def meaning(self) -> str:
        return TITLES[self.vital.name][1]

    @property
    def fair(self) -> float:
        return round(100 - self.good - self.poor, 1)

    @property
    def bounds(self) -> str:
        good, poor = (self.metric.text(value) for value in (self.vital.good, self.vital.poor))
        return f"Good up to {good}, poor above {poor}"

    @property
    def shares(self) -> list[tuple[str, str, float, float]]:
        """Rating, its name, its part of the loads and where that begins, in per cent."""
        parts = {"good": self.good, "fair": self.fair, "poor": self.poor}
        starts = {"good": 0.0, "fair": self.good, "poor": 100 - self.poor}
        return [(key, RATINGS[key], part, starts[key]) for key, part in parts.items()]


@dataclass(frozen=True)
class Row:
    """A page or a device; `url` is this page with it as a filter."""

    title: str
    url: str
    loads: int
    cells: list[Measured]


@dataclass(frozen=True)
class Choice:
    """What of the page is chosen: the vital of the chart, and the order of the tables."""

    vital: str
    sort: str
    ascending: bool

    @classmethod
    def read(cls, parameters: dict[str, str]) -> "Choice":
        """Raises `QueryError` for what there is not."""
        order = one_of("order", parameters.get("order", "desc"), ("asc", "desc"))
        return cls(
            vital=one_of("vital", parameters.get("vital", "lcp"), tuple(VITALS)),
            sort=one_of("sort", parameters.get("sort", LOADS), (LOADS, *VITALS)),
            ascending=order == "asc",
        )

    @property
    def loads(self) -> str:
        """The metric that counts loads where the vital was measured."""
        return f"{self.vital}_{LOADS}"

    @property
    def order(self) -> list[str]:
        metric = self.loads if self.sort == LOADS else f"{self.sort}_p75"
        return [metric, "asc" if self.ascending else "desc"]

    @property
    def parameters(self) -> dict[str, str]:
        order = "asc" if self.ascending else "desc"
        return {"vital": self.vital, "sort": self.sort, "order": order}

    def sorted_by(self, column: str) -> dict[str, str]:
        """The parameters of the same tables by another column, or the other way round."""
        turned = column == self.sort and not self.ascending
        return {"vital": self.vital, "sort": column, "order": "asc" if turned else "desc"}


@section_view("vitals", keeps=("vital", "sort", "order"))
def vitals(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    choice = Choice.read({name: request.GET[name] for name in request.GET})
    found = cards(question, now)
    context = {
        **page_context(request, question, now),
        "cards": [
            (card, _url(question, {**choice.parameters, "vital": name}))
            for name, card in found.items()
        ],
        "chosen": found[choice.vital],
        "sorted": choice,
        "is_measured": any(card.loads for card in found.values()),
        "snippet": vitals_snippet(question.site),
        "is_current": False,
    }
    if context["is_measured"]:
        context |= {
            "chart": course(question, found[choice.vital], now),
            "columns": columns(question, choice),
            "tables": [
                (name, title, rows(question, choice, dimension, now))
                for name, title, dimension in TABLES
            ],
        }
    return render(request, "report/vitals.html", context)


def _url(question: Question, own: dict[str, str]) -> str:
    return question.url("vitals", **own)


def cards(question: Question, now: datetime) -> dict[str, Card]:
    """Each web vital of all loads, by its name."""
    metrics = [f"{name}_{what}" for name in VITALS for what in ("p75", "good", "poor", LOADS)]
    query = answers.ask(question, metrics, now, comparison=question.comparison.plain)
    row = run(query).rows[0]
    now_by, before = dict(zip(metrics, row.metrics, strict=True)), {}
    if row.comparison:
        before = dict(zip(metrics, row.comparison, strict=True))
    return {name: _card(vital, now_by, before) for name, vital in VITALS.items()}


def _card(vital: Vital, figures: dict[str, Figure], before: dict[str, Figure]) -> Card:
    name = vital.name
    measured = Measured(vital, figures[f"{name}_p75"])
    return Card(
        vital=vital,
        value=measured.value,
        good=figures[f"{name}_good"] or 0,
        poor=figures[f"{name}_poor"] or 0,
        loads=int(figures[f"{name}_{LOADS}"] or 0),
        change=change(
            measured.value, before.get(f"{name}_p75"), measured.metric.unit, more_is_good=False
        ),
    )


def course(question: Question, card: Card, now: datetime) -> Chart:
    """The chosen vital over time, beside that of the period before."""
    period = answers.ask(question, [card.metric.name], now).period
    every = step(question.interval, period)
    query = answers.ask(
        question,
        [card.metric.name],
        now,
        dimensions=[f"time:{every}"],
        comparison=question.comparison.plain,
    )
    return draw(answers.series_of(run(query), [card.metric], every, question.site)[0], now)


def columns(question: Question, choice: Choice) -> list[tuple[str, str, str, str]]:
    """Name, heading, longer heading and address of each column, which leads to its order."""
    named = [(LOADS, "Loads", "Loads of pages")]
    named += [(name, name.upper(), TITLES[name][0]) for name in VITALS]
    return [
        (name, short, long, _url(question, choice.sorted_by(name))) for name, short, long in named
    ]


def rows(question: Question, choice: Choice, dimension: str, now: datetime) -> list[Row]:
    metrics = [choice.loads, *(f"{name}_p75" for name in VITALS)]
    query = answers.ask(
        question,
        metrics,
        now,
        dimensions=[dimension],
        order_by=[choice.order, [dimension, "asc"]],
        limit=ROWS,
    )
    return [
        Row(
            title=labels.label(dimension, row.dimensions[0]),
            url=question.toggled([Filter.of("is", dimension, row.dimensions[0])]).report_url(),
            loads=int(row.metrics[0] or 0),
            cells=[
                Measured(vital, value)
                for vital, value in zip(VITALS.values(), row.metrics[1:], strict=True)
            ],
        )
        for row in run(query).rows
    ]
