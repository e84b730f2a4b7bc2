"""The page of journeys: where visits went from something, or what led to it, page after page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dashboard.behaviour import steps as written
from dashboard.behaviour.steps import Step
from dashboard.report.formats import share
from dashboard.report.frame import page_context, part_context, section_view
from dashboard.report.periods import one_of
from dashboard.report.question import Question
from tracking.warehouse import Query, QueryError, inquire
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.journey import DIRECTIONS, FARTHEST, read_journey

KEEPS = ("start", "direction", "path")
EDGE = "edge"
MOST = 10


@dataclass(frozen=True)
class Way:
    """The journey of a URL; a start of None is where visits enter, or going back, leave."""

    start: Step | None
    direction: str
    path: tuple[str, ...]

    @property
    def forward(self) -> bool:
        return self.direction == "after"

    @property
    def title(self) -> str:
        if self.start:
            return written.title(self.start)
        return "Where visits begin" if self.forward else "Where visits end"

    @property
    def end(self) -> str:
        """What stands for no further page."""
        return "Left" if self.forward else "Entered"

    def parameters(self, path: tuple[str, ...]) -> list[tuple[str, str]]:
        start = [("start", written.parameter_of(self.start))] if self.start else []
        back = [] if self.forward else [("direction", self.direction)]
        return [*start, *back, *(("path", page) for page in path)]


@dataclass(frozen=True)
class Link:
    """A page of a column; `url` goes there, `part` is the column after it."""

    page: str
    visitors: int
    share: str
    bar: float
    url: str
    part: str
    is_chosen: bool


@section_view("journeys", KEEPS)
def journeys(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    if "kind-0" in request.GET:
        parameters = [*question.parameters(), *_sent(request)]
        return redirect(question.place.url("journeys", parameters=parameters))
    way = _way(request)
    context = {
        **page_context(request, question, now),
        "way": way,
        "first": _part(question, way, 0),
        "row": written.fields([way.start] if way.start else [], 1)[0],
        "kinds": {EDGE: "Where visits begin or end", **written.TITLES},
        "kind": written.kind_of(way.start) if way.start else EDGE,
        "suggested": written.suggestions(question, now),
        "is_current": False,
    }
    # Said here, and not in each column, what the URL cannot mean.
    _read(question, way, way.path, now)
    return render(request, "behaviour/journeys.html", context)


@section_view("journeys", KEEPS)
def stops(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    """A column: the pages after the first `at` ones of the path."""
    way = _way(request)
    number = _number(request, way)
    path = way.path[:number]
    found = inquire(_read(question, way, path, now))
    most = max((stop.visitors for stop in found.pages), default=1)
    further = way.path[number] if number < len(way.path) else ""
    links = [
        Link(
            page=stop.page,
            visitors=stop.visitors,
            share=share(stop.visitors, found.visitors),
            bar=round(100 * stop.visitors / most, 1),
            url=_page(question, way, (*path, stop.page)),
            part=_part(question, way, number + 1, (*path, stop.page)),
            is_chosen=stop.page == further,
        )
        for stop in found.pages
    ]
    context: dict[str, Any] = {
        **part_context(question, now),
        "way": way,
        "number": number,
        "further_number": number + 1,
        "heading": path[-1] if path else way.title,
        "visitors": found.visitors,
        "links": links,
        "can_go_on": number < FARTHEST,
        "further": _part(question, way, number + 1) if further else "",
        "is_current": False,
    }
    return render(request, "behaviour/stops.html", context)


def _read(question: Question, way: Way, path: tuple[str, ...], now: datetime) -> Any:
    query = Query.build(metrics=["visitors"], limit=MOST, now=now, **question.query)
    return read_journey(query, way.start, path, way.direction, Definitions(question.site.pk))


def _way(request: HttpRequest) -> Way:
    start = request.GET.get("start", "")
    direction = one_of("direction", request.GET.get("direction", "after"), DIRECTIONS)
    return Way(
        written.parse(start) if start else None, direction, tuple(request.GET.getlist("path"))
    )


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The parameters for what the form says; a start without a text is the edge."""
    direction = one_of("direction", request.GET.get("direction", "after"), DIRECTIONS)
    edge = request.GET.get("kind-0") == EDGE
    found = [] if edge else written.sent(request.GET)
    return Way(found[0] if found else None, direction, ()).parameters(())


def _number(request: HttpRequest, way: Way) -> int:
    text = request.GET.get("at", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= len(way.path)):
        raise QueryError(f"“at” is “{text:.20}”, not a number from 0 to {len(way.path)}.")
    return int(text)


def _page(question: Question, way: Way, path: tuple[str, ...]) -> str:
    parameters = [*question.parameters(), *way.parameters(path)]
    return question.place.url("journeys", parameters=parameters)


def _part(question: Question, way: Way, number: int, path: tuple[str, ...] | None = None) -> str:
    chosen = way.path if path is None else path
    parameters = [*question.parameters(), *way.parameters(chosen), ("at", str(number))]
    return question.place.url("journey_stops", parameters=parameters)
