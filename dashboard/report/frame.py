"""What pages of figures have in common: their way from a URL, and the frame around the figures."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from dashboard.access import site_view
from dashboard.report import answers, builder, comparison, filters, formats, periods
from dashboard.report.place import Place
from dashboard.report.question import Question, read
from dashboard.report.sharing import shared_view
from realtime.presence.online import online
from tracking.access import Right
from tracking.models import Site
from tracking.warehouse import Query, QueryError

View = Callable[..., HttpResponse]


def report_view(view: View) -> View:
    """For views `(request, question, now)` of a site's figures, for members and through links.

    What a URL cannot mean is answered with the sentence that says so: to htmx as a part of the
    page, else as a page. Page and part share an address; htmx's headers tell them apart.
    """

    def answered(request: HttpRequest, place: Place, **kwargs: Any) -> HttpResponse:
        return _answered(view, request, place, lambda question: question, **kwargs)

    for_member, for_link = _of_member(answered), shared_view(answered)

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return (for_link if "token" in kwargs else for_member)(request, **kwargs)

    return require_safe(vary_on_headers("HX-Request", "HX-Boosted")(wrapped))


def section_view(section: str, keeps: Sequence[str] = ()) -> Callable[[View], View]:
    """For views like those of `report_view` of another page than the first: of members alone.

    section: the route of the page, to which its periods, filters and comparisons lead
    keeps: the parameters of the page's own that stay while these change
    """

    def decorator(view: View) -> View:
        def answered(request: HttpRequest, place: Place, **kwargs: Any) -> HttpResponse:
            kept = tuple((name, each) for name in keeps for each in request.GET.getlist(name))

            def of_section(question: Question) -> Question:
                return replace(question, section=section, kept=kept)

            return _answered(view, request, place, of_section, **kwargs)

        wrapped = wraps(view)(_of_member(answered))
        return require_safe(vary_on_headers("HX-Request", "HX-Boosted")(wrapped))

    return decorator


def _of_member(answered: View) -> View:
    def of_member(request: HttpRequest, site: Site, **kwargs: Any) -> HttpResponse:
        return answered(request, Place(site, request.user), **kwargs)

    return site_view(Right.SEE)(of_member)


def _answered(
    view: View,
    request: HttpRequest,
    place: Place,
    of_section: Callable[[Question], Question],
    **kwargs: Any,
) -> HttpResponse:
    now = timezone.now()
    try:
        question = of_section(read(place, request.GET, now.astimezone(place.site.zone).date()))
        if builder.is_sent(request.GET):
            return redirect(builder.built(question, request.GET).report_url(with_state=True))
        return view(request, question, now, **kwargs)
    except QueryError as error:
        template = "report/failed.html" if wants_part(request) else "report/refused.html"
        context = {"error": str(error), "start": place.url("report"), **bar_context(place)}
        return render(request, template, context, status=400)


def page_context(request: HttpRequest, question: Question, now: datetime) -> dict[str, Any]:
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
        **part_context(question, now),
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
        **bar_context(question.place),
    }


def part_context(question: Question, now: datetime) -> dict[str, Any]:
    """What each part of a report needs; one whose period goes on keeps itself up to date."""
    period = answers.ask(question, ["visitors"], now).period
    return {
        "question": question,
        "site": question.site,
        "is_current": period.start <= now < period.end,
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
        "any_property": filters.PROPERTY if question.place.shows_goals else "",
        "operators": filters.OPERATORS,
    }


def bar_context(place: Place) -> dict[str, Any]:
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


def wants_part(request: HttpRequest) -> bool:
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)
