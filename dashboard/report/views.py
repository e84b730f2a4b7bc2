"""The report of a site, and its widgets, each with an address of its own."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.report import answers, pages, periods, properties, visits
from dashboard.report import badge as badges
from dashboard.report.answers import Choice
from dashboard.report.download import csv_of_chart, csv_of_list
from dashboard.report.frame import bar_context, page_context, part_context, report_view, wants_part
from dashboard.report.question import Question
from dashboard.report.suggestions import suggestions
from dashboard.report.widgets import PROPERTIES, WIDGETS, Widget, relatives, tabs
from dashboard.report.world import VIEWS
from tracking.warehouse import QueryError

LAST_PAGE = 10_000


@report_view
def report(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    context = {
        **page_context(request, question, now),
        **_overview(question, now),
        "panels": [question.widget_in(panel) for panel in question.place.panels],
    }
    return render(request, "report/page.html", context)


@report_view
def widget(request: HttpRequest, question: Question, now: datetime, name: str) -> HttpResponse:
    if name == "overview":
        return _overview_widget(request, question, now)
    found = _widget(question, name)
    return _list_widget(request, question.showing(found), found, now)


@report_view
def download(request: HttpRequest, question: Question, now: datetime, name: str) -> HttpResponse:
    if name == "overview":
        return csv_of_chart(question, now)
    found = _widget(question, name)
    if found.name == PROPERTIES:
        question, found, _ = properties.shown(question, found, now)
    return csv_of_list(question, found, now, _choice(request, question, found))


@report_view
def suggest(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    dimension, text = request.GET.get("dimension", "event:page"), request.GET.get("text", "")
    found = suggestions(question, dimension, text, now)
    return render(request, "report/suggestions.html", {"suggestions": found})


@report_view
def visit_list(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    number = _page_number(request)
    rows, more = visits.page(question, number, now)
    context = {**page_context(request, question, now), "rows": rows, "number": number, "more": more}
    # These pages stay as they are until they are asked for again.
    return render(request, "report/visits.html", {**context, "is_current": False})


@report_view
def visit(request: HttpRequest, question: Question, now: datetime, number: int) -> HttpResponse:
    opened = visits.opened(question.site, number, now) if number <= visits.HIGHEST else None
    if opened is None:
        raise Http404("No such visit.")
    return render(request, "report/visit.html", {**bar_context(question.place), "opened": opened})


@report_view
def page(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    path = request.GET.get("path", "/")[: pages.LONGEST]
    context = {**page_context(request, question, now), "opened": pages.opened(question, path, now)}
    return render(request, "report/page_opened.html", {**context, "is_current": False})


@report_view
def badge(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    return badges.badge(request, question, now)


def _widget(question: Question, name: str) -> Widget:
    if name not in WIDGETS or WIDGETS[name].panel not in question.place.panels:
        raise Http404("No such widget.")
    return WIDGETS[name]


def _overview_widget(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    context = {**part_context(question, now), **_overview(question, now)}
    if not wants_part(request):
        return render(
            request, "report/alone.html", {**context, **page_context(request, question, now)}
        )
    return _shown(request, render(request, "report/overview.html", context), question)


def _list_widget(
    request: HttpRequest, question: Question, widget: Widget, now: datetime
) -> HttpResponse:
    context: dict[str, Any] = {}
    if widget.name == PROPERTIES:
        question, widget, context["properties"] = properties.shown(question, widget, now)
    context |= {
        **part_context(question, now),
        "tabs": tabs(widget.panel),
        "relatives": relatives(widget),
    }
    if wants_part(request) and request.htmx.target != "list":
        context["listing"] = answers.panel(question, widget, now)
        context["box"] = VIEWS.get(widget.view)
        return _shown(request, render(request, "report/panel.html", context), question)
    context["listing"] = answers.listing(question, widget, now, _choice(request, question, widget))
    if wants_part(request):
        return render(request, "report/table.html", context)
    return render(request, "report/list.html", {**context, **page_context(request, question, now)})


def _shown(request: HttpRequest, response: HttpResponse, question: Question) -> HttpResponse:
    """A part that a person chose (a tab, a figure) changes the address of the page around it."""
    if "X-Chosen" in request.headers:
        response["HX-Replace-Url"] = question.report_url(with_state=True)
    return response


def _overview(question: Question, now: datetime) -> dict[str, Any]:
    overview = answers.overview(question, now)
    # Filters of a link say nothing of what they leave out, not even whether there is anything.
    may_be_new = overview.is_empty and not question.place.fixed
    return {
        "overview": overview,
        "is_new": may_be_new and not answers.has_visits(question.site, now),
    }


def _choice(request: HttpRequest, question: Question, widget: Widget) -> Choice:
    """Which rows of a whole list a URL asks for; QueryError names what is wrong."""
    search = request.GET.get("q", "").strip()
    if len(search) > answers.SEARCH_LENGTH:
        raise QueryError(f"“q” has more than {answers.SEARCH_LENGTH} characters.")
    return Choice(
        limit=answers.PAGE_ROWS,
        offset=(_page_number(request) - 1) * answers.PAGE_ROWS,
        search=search,
        sort=periods.one_of(
            "sort", request.GET.get("sort", "visitors"), tuple(answers.columns(question, widget))
        ),
        ascending=periods.one_of("order", request.GET.get("order", "desc"), ("asc", "desc"))
        == "asc",
    )


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    # Many digits make no number that anybody asks for, and some are refused by Python.
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= LAST_PAGE):
        raise QueryError(f"“page” is “{text}”, not a number from 1 to {LAST_PAGE}.")
    return int(text)
