"""What the report's templates need: addresses of its parts, counts, and names of values."""

from django import template

from dashboard.report import formats
from dashboard.report.answers import Listing
from dashboard.report.filters import Filter
from dashboard.report.labels import label
from dashboard.report.question import Question

register = template.Library()
register.filter("count", formats.count)
register.simple_tag(label, name="value_label")


@register.simple_tag
def total(*numbers: int) -> int:
    return sum(numbers)


@register.simple_tag
def widget_url(question: Question, widget: str, **more: object) -> str:
    return question.widget_url(widget, **{name: str(value) for name, value in more.items()})


@register.simple_tag
def widget_route(question: Question, widget: str) -> str:
    """A widget's address as a form's target, without parameters, which the form's fields are."""
    return question.place.url("widget", widget)


@register.simple_tag
def overview_url(question: Question, **more: str) -> str:
    """The figures and the chart, one thing of the chart being another than it is now."""
    return question.widget_url("overview", **{**dict(question.chart_state), **more})


@register.simple_tag
def report_url(question: Question, name: str, *rest: str, **more: object) -> str:
    """A route of the report.

    Its own page, as a form's target, has no parameters, which the form's fields are.
    """
    if name == "report":
        return question.place.url(question.section)
    return question.url(name, *rest, **{key: str(value) for key, value in more.items()})


@register.simple_tag
def section_url(question: Question, name: str) -> str:
    """A section of the report, by its route, with the same period, comparison and filters."""
    return question.url(name)


@register.simple_tag
def edit_url(question: Question, filter_: Filter) -> str:
    """The report with a filter in the form."""
    parameters = [*question.parameters(), *question.kept, ("edit", filter_.parameter)]
    return question.place.url(question.section, parameters=parameters)


@register.simple_tag
def list_url(question: Question, listing: Listing, route: str, **more: object) -> str:
    """The whole list as it is now, sorted by another column, in turn up and down, or paged."""
    now = listing.choice
    shown = {
        "q": now.search,
        "sort": now.sort if now.sort != "visitors" else "",
        "order": "asc" if now.ascending else "",
        **{name: str(value) for name, value in more.items()},
    }
    if "sort" in more:
        shown["order"] = "asc" if more["sort"] == now.sort and not now.ascending else ""
    return question.url(
        route, listing.widget.name, **{name: text for name, text in shown.items() if text}
    )
