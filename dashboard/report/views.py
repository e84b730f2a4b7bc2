"""The report of a site, and its widgets, each with an address of its own."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from dashboard.access import site_view
from dashboard.report import answers, filters, formats, periods
from dashboard.report.question import Question, read
from dashboard.report.widgets import PANELS, WIDGETS, Widget
from realtime.presence import online
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
    def wrapped(request: HttpRequest, site: Site, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        try:
            question = read(site, request.GET, now.astimezone(site.zone).date())
            return view(request, question, now, **kwargs)
        except QueryError as error:
            template = "report/failed.html" if _wants_part(request) else "report/refused.html"
            context = {"site": site, "error": str(error), **_bar(site)}
            return render(request, template, context, status=400)

    fresh = cache_control(private=True, no_store=True)(site_view(wrapped))
    return require_safe(vary_on_headers("HX-Request", "HX-Boosted")(fresh))


@report_view
def report(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    typed = filters.typed(request.GET)
    if typed:
        return redirect(question.toggled([typed]).report_url(with_state=True))
    context = {
        **_page(question, now),
        **_overview(question, now),
        "panels": [question.widget_in(panel) for panel in PANELS],
    }
    return render(request, "report/page.html", context)


@report_view
def widget(request: HttpRequest, question: Question, now: datetime, name: str) -> HttpResponse:
    if name == "overview":
        return _overview_widget(request, question, now)
    if name not in WIDGETS:
        raise Http404("No such widget.")
    return _list_widget(request, question.showing(WIDGETS[name]), WIDGETS[name], now)


def _overview_widget(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    context = {"question": question, "site": question.site, **_overview(question, now)}
    if not _wants_part(request):
        return render(request, "report/alone.html", {**context, **_page(question, now)})
    return _shown(request, render(request, "report/overview.html", context), question)


def _list_widget(
    request: HttpRequest, question: Question, widget: Widget, now: datetime
) -> HttpResponse:
    context = {"question": question, "site": question.site, "tabs": PANELS[widget.panel]}
    if _wants_part(request):
        context["listing"] = answers.listing(question, widget, now)
        return _shown(request, render(request, "report/panel.html", context), question)
    number = _page_number(request)
    offset = (number - 1) * answers.PAGE_ROWS
    context["listing"] = answers.listing(question, widget, now, answers.PAGE_ROWS, offset)
    context["number"] = number
    return render(request, "report/list.html", {**context, **_page(question, now)})


def _shown(request: HttpRequest, response: HttpResponse, question: Question) -> HttpResponse:
    """A part that a person chose (a tab, a figure) changes the address of the page around it."""
    if "X-Chosen" in request.headers:
        response["HX-Replace-Url"] = question.report_url(with_state=True)
    return response


def _overview(question: Question, now: datetime) -> dict[str, Any]:
    overview = answers.overview(question, now)
    return {
        "overview": overview,
        "is_new": overview.is_empty and not answers.has_visits(question.site, now),
    }


def _page(question: Question, now: datetime) -> dict[str, Any]:
    """What the frame around the figures needs: the dates, the periods, the pill."""
    period = Query.build(metrics=["visitors"], now=now, **question.query).period
    first, last = period.start.date(), formats.until(period.end)
    today = now.astimezone(question.site.zone).date()
    before, after = periods.neighbours(question.period, first, last, today)
    return {
        "question": question,
        "dates": formats.days(first, last),
        "first": first,
        "last": last,
        "today": today,
        "before": before and (before, question.during(before).report_url()),
        "after": after and (after, question.during(after).report_url()),
        "periods": [
            (period, question.during(period).report_url())
            for period in (periods.named(name, today) for name in periods.PRESETS)
        ],
        "chips": [(each, question.without(each).report_url()) for each in question.filters],
        "dimensions": filters.DIMENSIONS,
        "operators": filters.OPERATORS,
        **_bar(question.site),
    }


def _bar(site: Site) -> dict[str, Any]:
    return {"site": site, "online": online(site.pk)}


def _wants_part(request: HttpRequest) -> bool:
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LAST_PAGE):
        raise QueryError(f"“page” is “{text}”, not a number from 1 to {LAST_PAGE}.")
    return int(text)
