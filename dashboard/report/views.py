"""The report of a site, and its widgets, each with an address of its own."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from dashboard.access import site_view
from dashboard.report import answers, builder, comparison, filters, formats, pages, periods, visits
from dashboard.report import badge as badges
from dashboard.report.answers import Choice
from dashboard.report.download import csv_of_chart, csv_of_list
from dashboard.report.place import Place
from dashboard.report.question import Question, read
from dashboard.report.sharing import shared_view
from dashboard.report.suggestions import suggestions
from dashboard.report.widgets import WIDGETS, Widget, relatives, tabs
from dashboard.report.world import VIEWS
from realtime.presence.online import online
from tracking.access import Right
from tracking.models import Site
from tracking.warehouse import Query, QueryError

LAST_PAGE = 10_000

View = Callable[..., HttpResponse]


def report_view(view: View) -> View:
    """For views `(request, question, now)` of a site's figures.

    What a URL cannot mean is answered with the sentence that says so: to htmx as a part of the
    page, else as a page. Page and part share an address; htmx's headers tell them apart.
    """

    @wraps(view)
    def answered(request: HttpRequest, place: Place, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        try:
            question = read(place, request.GET, now.astimezone(place.site.zone).date())
            return view(request, question, now, **kwargs)
        except QueryError as error:
            template = "report/failed.html" if _wants_part(request) else "report/refused.html"
            context = {"error": str(error), "start": place.url("report"), **_bar(place)}
            return render(request, template, context, status=400)

    def of_member(request: HttpRequest, site: Site, **kwargs: Any) -> HttpResponse:
        return answered(request, Place(site, request.user), **kwargs)

    for_member, for_link = site_view(Right.SEE)(of_member), shared_view(answered)

    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return (for_link if "token" in kwargs else for_member)(request, **kwargs)

    return require_safe(vary_on_headers("HX-Request", "HX-Boosted")(wrapped))


@report_view
def report(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    if builder.is_sent(request.GET):
        return redirect(builder.built(question, request.GET).report_url(with_state=True))
    context = {
        **_page(request, question, now),
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
    return csv_of_list(question, found, now, _choice(request, found))


@report_view
def suggest(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    dimension, text = request.GET.get("dimension", "event:page"), request.GET.get("text", "")
    found = suggestions(question, dimension, text, now)
    return render(request, "report/suggestions.html", {"suggestions": found})


@report_view
def visit_list(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    number = _page_number(request)
    rows, more = visits.page(question, number, now)
    context = {**_page(request, question, now), "rows": rows, "number": number, "more": more}
    # These pages stay as they are until they are asked for again.
    return render(request, "report/visits.html", {**context, "is_current": False})


@report_view
def visit(request: HttpRequest, question: Question, now: datetime, number: int) -> HttpResponse:
    opened = visits.opened(question.site, number, now) if number <= visits.HIGHEST else None
    if opened is None:
        raise Http404("No such visit.")
    return render(request, "report/visit.html", {**_bar(question.place), "opened": opened})


@report_view
def page(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    path = request.GET.get("path", "/")[: pages.LONGEST]
    context = {**_page(request, question, now), "opened": pages.opened(question, path, now)}
    return render(request, "report/page_opened.html", {**context, "is_current": False})


@report_view
def badge(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    return badges.badge(request, question, now)


def _widget(question: Question, name: str) -> Widget:
    if name not in WIDGETS or WIDGETS[name].panel not in question.place.panels:
        raise Http404("No such widget.")
    return WIDGETS[name]


def _overview_widget(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    context = {**_part(question, now), **_overview(question, now)}
    if not _wants_part(request):
        return render(request, "report/alone.html", {**context, **_page(request, question, now)})
    return _shown(request, render(request, "report/overview.html", context), question)


def _list_widget(
    request: HttpRequest, question: Question, widget: Widget, now: datetime
) -> HttpResponse:
    context = {
        **_part(question, now),
        "tabs": tabs(widget.panel),
        "relatives": relatives(widget),
    }
    if _wants_part(request) and request.htmx.target != "list":
        context["listing"] = answers.panel(question, widget, now)
        context["box"] = VIEWS.get(widget.view)
        return _shown(request, render(request, "report/panel.html", context), question)
    context["listing"] = answers.listing(question, widget, now, _choice(request, widget))
    if _wants_part(request):
        return render(request, "report/table.html", context)
    return render(request, "report/list.html", {**context, **_page(request, question, now)})


def _part(question: Question, now: datetime) -> dict[str, Any]:
    """What each part of a report needs; one whose period goes on keeps itself up to date."""
    period = answers.ask(question, ["visitors"], now).period
    return {
        "question": question,
        "site": question.site,
        "is_current": period.start <= now < period.end,
    }


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


def _page(request: HttpRequest, question: Question, now: datetime) -> dict[str, Any]:
    """What the frame around the figures needs: the dates, the periods, the pill."""
    query = Query.build(
        metrics=["visitors"], now=now, comparison=question.comparison.plain, **question.query
    )
    period = query.period
    first, last = period.start.date(), formats.until(period.end)
    today = now.astimezone(question.site.zone).date()
    start = question.place.week_start
    before, after = periods.neighbours(question.period, first, last, today)
    return {
        **_part(question, now),
        "dates": question.period.title if question.period.has_times else formats.days(first, last),
        "kept_from": periods.kept_from(question.site, period.start, now),
        "first": first,
        "last": last,
        "today": today,
        "before": before and (before, question.during(before).report_url()),
        "after": after and (after, question.during(after).report_url()),
        "periods": [
            (period, question.during(period).report_url())
            for period in (periods.named(name, today, start) for name in periods.PRESETS)
        ],
        **_compared(query),
        **_comparisons(question),
        **_builder(question, request),
        "segment_chips": [
            (each, question.in_segment(each).report_url()) for each in question.segments
        ],
        "chips": [(each, question.without(each).report_url()) for each in question.filters],
        "segments": [
            (segment, question.in_segment(segment).report_url(), segment in question.segments)
            for segment in question.place.segments.values()
        ],
        **_bar(question.place),
    }


def _compared(query: Query) -> dict[str, Any]:
    if not query.previous:
        return {}
    first, last = query.previous.start.date(), formats.until(query.previous.end)
    return {
        "compared_days": formats.days(first, last),
        "compared_first": first,
        "compared_last": last,
    }


def _comparisons(question: Question) -> dict[str, Any]:
    """The addresses of the same report compared with something else."""
    now = question.comparison
    named = [comparison.named(name, now.matches_weekdays) for name in comparison.TITLES]
    on_weekdays = comparison.named(now.name, not now.matches_weekdays) if now.can_match else None
    return {
        "comparisons": [(each, question.compared(each).report_url()) for each in named],
        "matching": on_weekdays and question.compared(on_weekdays).report_url(),
    }


def _builder(question: Question, request: HttpRequest) -> dict[str, Any]:
    """What the form for filters shows: a filter that is to be changed, or an empty condition."""
    wanted = request.GET.get("edit")
    editing = next((each for each in question.filters if each.parameter == wanted), None)
    return {
        "editing": editing,
        "conditions": editing.conditions if editing else [None],
        "dimensions": question.place.dimensions,
        "operators": filters.OPERATORS,
    }


def _bar(place: Place) -> dict[str, Any]:
    return {
        "site": place.site,
        "place": place,
        "online": online(place.site.pk),
        "socket": _socket(place),
    }


def _socket(place: Place) -> str:
    """The address that tells when to ask again; none where it would say what filters leave out."""
    if not place.link:
        return f"/ws/sites/{quote(place.site.domain)}/feed"
    return "" if place.fixed else f"/ws/share/{quote(place.link.address)}/feed"


def _wants_part(request: HttpRequest) -> bool:
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


def _choice(request: HttpRequest, widget: Widget) -> Choice:
    """Which rows of a whole list a URL asks for; QueryError names what is wrong."""
    search = request.GET.get("q", "").strip()
    if len(search) > answers.SEARCH_LENGTH:
        raise QueryError(f"“q” has more than {answers.SEARCH_LENGTH} characters.")
    return Choice(
        limit=answers.PAGE_ROWS,
        offset=(_page_number(request) - 1) * answers.PAGE_ROWS,
        search=search,
        sort=periods.one_of("sort", request.GET.get("sort", "visitors"), widget.metrics),
        ascending=periods.one_of("order", request.GET.get("order", "desc"), ("asc", "desc"))
        == "asc",
    )


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    # Many digits make no number that anybody asks for, and some are refused by Python.
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= LAST_PAGE):
        raise QueryError(f"“page” is “{text}”, not a number from 1 to {LAST_PAGE}.")
    return int(text)
