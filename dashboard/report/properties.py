"""The custom properties that arrived, of which a panel shows one at a time."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.report import answers
from dashboard.report.question import Question
from dashboard.report.widgets import Widget
from tracking.warehouse import inquire
from tracking.warehouse.properties import Properties

# How many there are to choose from, and how many of these at a glance.
MOST = 200
FIRST = 6


@dataclass(frozen=True)
class Arrived:
    """The keys of a period, those of most visitors first, and the one that is shown."""

    keys: list[str]
    chosen: str

    @property
    def first(self) -> list[str]:
        """Those at a glance, the chosen one among them."""
        first = self.keys[:FIRST]
        return first if self.chosen in first or not self.chosen else [*first[:-1], self.chosen]

    @property
    def has_more(self) -> bool:
        return len(self.keys) > FIRST


def arrived(question: Question, now: datetime) -> Arrived:
    query = answers.ask(question, ["visitors"], now)
    keys = [each.key for each in inquire(Properties(query, MOST))]
    return Arrived(keys, question.property_key or next(iter(keys), ""))


def shown(question: Question, widget: Widget, now: datetime) -> tuple[Question, Widget, Arrived]:
    """The question and the widget of the property that is shown."""
    found = arrived(question, now)
    return question.of_property(found.chosen), widget.of_property(found.chosen), found
