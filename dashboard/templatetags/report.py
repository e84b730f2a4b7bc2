"""What the report's templates need: addresses of widgets, and counts."""

from django import template

from dashboard.report import formats
from dashboard.report.question import Question

register = template.Library()
register.filter("count", formats.count)


@register.simple_tag
def widget_url(question: Question, widget: str, **more: object) -> str:
    return question.widget_url(widget, **{name: str(value) for name, value in more.items()})
