"""What a report says of imported totals: whether they are in its figures, and from when to when."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from dashboard.report import formats
from dashboard.report.question import Question
from tracking.warehouse import Query
from tracking.warehouse.imported.asked import Imported, Span, of_site

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """`text` says it; `url` is the report with them, or without; empty where nothing changes."""

    text: str
    action: str = ""
    url: str = ""


def told(question: Question, query: Query) -> Told | None:
    """Of a question that was asked; None where there is nothing to say."""
    imports = query.imports
    if imports is None:
        if not any(_days(one, query) for one in of_site(question.site)):
            return None
        url = replace(question, imports=True).report_url(with_state=True)
        return Told("Imported totals are left out", "Take them in", url)
    if imports.warning:
        return Told("Without imported totals")
    if not (spans := [span for one in imports.taken for span in _days(one, query)]):
        return None
    services = ", ".join(dict.fromkeys(one.service for one in imports.taken))
    first, last = min(first for first, _ in spans), max(last for _, last in spans)
    url = replace(question, imports=False).report_url(with_state=True)
    text = f"Includes imported totals from {services}, {formats.days(first, last)}"
    return Told(text, "Leave them out", url)


def ends(query: Query) -> list[tuple[datetime, str]]:
    """Where in a chart what was imported ends, if that is within its period."""
    taken = query.imports.taken if query.imports else ()
    spans = [(span, one.service) for one in taken for span in one.within(query.period)]
    if not spans:
        return []
    (_, last), service = max(spans, key=lambda each: each[0][1])
    if last + DAY >= query.period.end.date():
        return []
    moment = datetime.combine(last, time(), query.period.zone)
    return [(moment, f"Imported totals from {service} end")]


def _days(one: Imported, query: Query) -> list[Span]:
    periods = [query.period, *([query.previous] if query.previous else [])]
    return [span for period in periods for span in one.within(period)]
