"""A figure as a small image, for the pages of others."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dashboard.report import answers
from dashboard.report.question import Question
from tracking.warehouse import run

CHARACTER = 7  # pixels, of the widest usual font at 12 pixels
SIDE = 10
FRESH = 300  # seconds


def _inside(title: str) -> str:
    """A period's title inside a sentence."""
    return title[:1].lower() + title[1:]


def badge(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    """The question's figure with its name and period, as SVG."""
    metric = question.figures[question.metric]
    value = run(answers.ask(question, [metric.name], now)).rows[0].metrics[0]
    words = f"{metric.title}, {_inside(question.period.title)}"
    left, right = (len(text) * CHARACTER + 2 * SIDE for text in (words, metric.text(value)))
    svg = render_to_string(
        "report/badge.svg",
        {"words": words, "value": metric.text(value), "left": left, "right": right},
    )
    response = HttpResponse(svg, content_type="image/svg+xml")
    if question.place.link and not question.place.link.password:
        response["Cache-Control"] = f"public, max-age={FRESH}"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
