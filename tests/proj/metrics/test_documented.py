"""The table of figures in docs/operations.md."""

import re

import pytest
from django.utils.module_loading import autodiscover_modules

from proj.metrics import stored
from proj.metrics.families import OF_A_PROCESS
from proj.metrics.text import registry
from tests.server import ROOT

pytestmark = pytest.mark.django_db

ROW = re.compile(r"^\| (`(?:footfall|process)_.*?) \|", re.MULTILINE)
NAME = re.compile(r"`(footfall_\w+)(?:\{(.*?)\})?`")


def documented() -> dict[str, set[str]]:
    """The labels of each metric by its name, with `_total` for a counter as it is exposed."""
    rows = ROW.findall((ROOT / "docs" / "operations.md").read_text())
    return {
        name: set(labels.split(", ")) if labels else set()
        for row in rows
        for name, labels in NAME.findall(row)
    }


@pytest.fixture
def _asked_here(monkeypatch):
    """In this thread, which sees what the test has not committed."""
    for name, ask in (
        ("of_database", stored.database_metrics),
        ("of_queue", stored.queue_metrics),
    ):
        monkeypatch.setattr(stored, name, Here(ask))


class Here:
    def __init__(self, ask) -> None:
        self.ask = ask

    def begin(self) -> None:
        """Nothing to begin."""

    def answer(self):
        return self.ask()


@pytest.mark.usefixtures("_asked_here")
def test_every_metric_is_documented_and_every_documented_one_is_there():
    autodiscover_modules("tasks")

    exposed = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for metric in registry.collect()
        if not metric.name.startswith(OF_A_PROCESS)
    }

    assert documented().keys() == exposed


@pytest.mark.usefixtures("_asked_here")
def test_labels_that_are_there_are_those_documented():
    known = documented()

    for metric in registry.collect():
        for sample in metric.samples:
            name = metric.name + ("_total" if metric.type == "counter" else "")
            if name in known:
                assert known[name] == sample.labels.keys() - {"le"}, name
