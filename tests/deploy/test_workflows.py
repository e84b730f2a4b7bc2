"""What the workflows do in which order."""

import yaml

from tests.server import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"


def test_a_release_is_made_once_all_that_is_asked_of_a_change_was_asked_of_it():
    jobs = yaml.safe_load((WORKFLOWS / "release.yml").read_text())["jobs"]

    assert "./.github/workflows/ci.yml" == jobs["test"]["uses"]
    assert {"notes": "test", "images": "notes"} == {
        name: job["needs"] for name, job in jobs.items() if "needs" in job
    }


def test_what_a_release_asks_can_be_asked_by_it():
    # YAML reads the key "on" as a truth.
    asked = yaml.safe_load((WORKFLOWS / "ci.yml").read_text())[True]

    assert "workflow_call" in asked
