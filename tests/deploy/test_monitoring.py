"""The dashboard and the alert rules ask for what the server tells."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.proj.metrics.test_documented import documented
from tests.server import ROOT
from tests.tools import PROMTOOL

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "footfall.json"
# A metric with the labels that are asked for, in PromQL.
METRIC = re.compile(r"\b((?:footfall|process)_[a-z_]+)(?:\{([^}]*)\})?")
LABEL = re.compile(r"(\w+)\s*(?:=~|!=|!~|=)")
# Of Prometheus itself, or of those metrics that the client library makes.
ANYWHERE = {"job", "instance"}
OF_PROCESSES = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(ALERTS.read_text())["groups"]
    return group["rules"]


def dashboard() -> dict[str, Any]:
    return json.loads(DASHBOARD.read_text())


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def questions() -> list[str]:
    asked = [rule["expr"] for rule in rules()]
    return asked + [target["expr"] for panel in panels() for target in panel["targets"]]


def family(name: str) -> str:
    return re.sub(r"_(bucket|count|sum)$", "", name)


def is_there(name: str, labels: set[str]) -> bool:
    known = documented()
    return name in known and labels - ANYWHERE <= known[name]


def test_each_question_names_metrics_and_labels_that_are_there():
    wrong = [
        f"{name}{{{labels}}}"
        for question in questions()
        for name, labels in METRIC.findall(question)
        if name not in OF_PROCESSES and not is_there(family(name), set(LABEL.findall(labels)))
    ]

    assert [] == wrong


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_each_alert_says_what_is_wrong_and_what_to_do(rule):
    assert {"summary", "description"} == rule["annotations"].keys()
    assert rule["labels"]["severity"] in ("critical", "warning")


def test_panels_do_not_lie_on_each_other_and_have_numbers_of_their_own():
    all_of_them = dashboard()["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in all_of_them)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len(all_of_them) == len({panel["id"] for panel in all_of_them})


def test_the_dashboard_asks_whichever_source_is_chosen():
    assert {"${datasource}"} == {panel["datasource"]["uid"] for panel in panels()}


@pytest.mark.stack
@pytest.mark.parametrize("command", ["check rules alerts.yml", "test rules alerts_test.yml"])
def test_the_rules_mean_what_their_examples_say(command):
    promtool = shutil.which("promtool") or PROMTOOL

    done = subprocess.run(
        [promtool, *command.split()], cwd=ALERTS.parent, capture_output=True, text=True
    )

    assert 0 == done.returncode, done.stdout + done.stderr
