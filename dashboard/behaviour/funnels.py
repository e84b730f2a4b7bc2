"""The page of funnels: how far visitors come through some steps, and where others go instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dashboard.behaviour import steps as written
from dashboard.behaviour.steps import Step
from dashboard.report import formats
from dashboard.report.formats import Change, share
from dashboard.report.frame import page_context, part_context, section_view
from dashboard.report.periods import one_of
from dashboard.report.question import Question
from tracking.models import Funnel as Saved
from tracking.warehouse import Query, QueryError, inquire
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import Elsewhere, Funnel, Passed, Scope, Stopped, read_funnel

SCOPES = {"visitor": "Any visits of a visitor", "visit": "One visit"}
KEEPS = ("funnel", "step", "scope")
LEAST_ROWS = 3


@dataclass(frozen=True)
class Chosen:
    """The funnel of a URL: one that is saved, or steps of its own; none without steps."""

    steps: list[Step]
    scope: str
    saved: Saved | None = None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        of_steps = [("step", written.parameter_of(step)) for step in self.steps]
        return [*of_steps, *([("scope", self.scope)] if self.scope != Scope.VISITOR else [])]


@dataclass(frozen=True)
class Bar:
    """A step as it is drawn; widths are in per cent of the first step's visitors."""

    title: str
    kind: str
    visitors: int
    width: float
    before: float
    of_start: str
    of_previous: str
    dropped: int
    drop_share: str
    change: Change | None


@dataclass(frozen=True)
class Gone:
    """Where those went who did not take the next step."""

    title: str
    visitors: int
    pages: list[dict[str, Any]]


@section_view("funnels", KEEPS)
def funnels(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    if written.is_sent(request.GET):
        chosen = Chosen(written.sent(request.GET), _scope(request))
        parameters = [*question.parameters(), *chosen.parameters]
        return redirect(question.place.url("funnels", parameters=parameters))
    chosen = _chosen(request, question)
    context = {
        **page_context(request, question, now),
        "chosen": chosen,
        "saved": _saved(question, chosen),
        "rows": written.fields(chosen.steps, LEAST_ROWS),
        "kinds": written.TITLES,
        "scopes": SCOPES,
        "suggested": written.suggestions(question, now),
        "steps": [written.parameter_of(step) for step in chosen.steps],
        "is_current": False,
    }
    if chosen.steps:
        context |= _answered(question, chosen, now)
    return render(request, "behaviour/funnels.html", context)


@section_view("funnels", KEEPS)
def elsewhere(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    """The part that is asked for once the steps are there."""
    chosen = _chosen(request, question)
    if not chosen.steps:
        raise Http404("No such funnel.")
    found = inquire(Elsewhere(_funnel(question, chosen, now, compared=False)))
    gone = [_gone(*each) for each in zip(chosen.steps, found, strict=False)]
    context = {**part_context(question, now), "gone": gone, "is_current": False}
    return render(request, "behaviour/elsewhere.html", context)


def _gone(step: Step, stopped: Stopped) -> Gone:
    most = max((each.visitors for each in stopped.pages), default=1)
    pages = [
        {
            "page": each.page,
            "visitors": each.visitors,
            "share": share(each.visitors, stopped.visitors),
            "bar": round(100 * each.visitors / most, 1),
        }
        for each in stopped.pages
    ]
    return Gone(written.title(step), stopped.visitors, pages)


def _answered(question: Question, chosen: Chosen, now: datetime) -> dict[str, Any]:
    try:
        passed = inquire(_funnel(question, chosen, now))
    except QueryError as error:
        # A goal may be gone, or the steps be too few: the form that mends it stays.
        return {"error": str(error)}
    parameters = [*question.parameters(), *question.kept]
    return {
        "bars": _bars(chosen, passed),
        "whole": share(passed.visitors[-1], passed.visitors[0]),
        "elsewhere": question.place.url("funnel_elsewhere", parameters=parameters),
    }


def _funnel(question: Question, chosen: Chosen, now: datetime, compared: bool = True) -> Funnel:
    comparison = question.comparison.plain if compared else None
    query = Query.build(metrics=["visitors"], now=now, comparison=comparison, **question.query)
    return read_funnel(query, chosen.steps, chosen.scope, Definitions(question.site.pk))


def _bars(chosen: Chosen, passed: Passed) -> list[Bar]:
    start = passed.visitors[0]
    bars = []
    before = start
    for number, (step, visitors) in enumerate(zip(chosen.steps, passed.visitors, strict=True)):
        earlier = passed.earlier[number] if passed.earlier else None
        bars.append(
            Bar(
                title=written.title(step),
                kind=written.TITLES[written.kind_of(step)],
                visitors=visitors,
                width=_percent(visitors, start),
                before=_percent(before, start),
                of_start=share(visitors, start),
                of_previous=share(visitors, before),
                dropped=before - visitors,
                drop_share=share(before - visitors, before),
                change=formats.change(visitors, earlier, "count"),
            )
        )
        before = visitors
    return bars


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _chosen(request: HttpRequest, question: Question) -> Chosen:
    if "step" in request.GET:
        steps = [written.parse(each) for each in request.GET.getlist("step")]
        return Chosen(steps, _scope(request))
    saved = list(question.site.funnels.all())
    wanted = request.GET.get("funnel", "")
    if wanted:
        found = next((each for each in saved if str(each.pk) == wanted), None)
        if found is None:
            raise Http404("No such funnel.")
        return Chosen(found.steps, found.scope, found)
    if saved and "new" not in request.GET:
        return Chosen(saved[0].steps, saved[0].scope, saved[0])
    return Chosen([], Scope.VISITOR.value)


def _saved(question: Question, chosen: Chosen) -> list[tuple[Saved, str, bool]]:
    """The saved funnels with their addresses, and whether each is the one that is shown."""
    return [
        (each, question.url("funnels", funnel=str(each.pk)), each == chosen.saved)
        for each in question.site.funnels.all()
    ]


def _scope(request: HttpRequest) -> str:
    return one_of("scope", request.GET.get("scope", Scope.VISITOR.value), tuple(Scope))
