"""Hits that nginx kept: how many there are, in the doctor and in the figures."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from proj import kept_hits
from proj.metrics import stored
from proj.status import checks
from proj.status.finding import State

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_hits, "FOLDER", tmp_path / "kept")
    return tmp_path / "kept"


def keep(folder: Path, **sizes: int) -> None:
    folder.mkdir()
    for name, size in sizes.items():
        (folder / name).write_bytes(b"x" * size)


def gauge() -> Metric | None:
    found = {metric.name: metric for metric in stored.of_machine()}
    return found.get("footfall_kept_hits_bytes")


@pytest.mark.parametrize(
    ("sizes", "state", "words"),
    [
        ({}, State.OK, "None"),
        ({"now": 0}, State.OK, "None"),
        (
            {"now": 700, "renamed": 500},
            State.LOOK,
            "1 kB came while no process answered, and are not counted yet",
        ),
    ],
    ids=["an empty folder", "an empty file", "a renamed file too"],
)
def test_hits_that_wait_to_be_replayed_are_said(folder, sizes, state, words):
    keep(folder, **sizes)

    found = checks.kept_by_nginx(NOW)

    assert (state, words, sum(sizes.values())) == (found.state, found.words, kept_hits.size())


def test_a_machine_without_nginx_has_none(folder):
    assert (State.OK, 0) == (checks.kept_by_nginx(NOW).state, kept_hits.size())


def test_the_figure_is_their_size(folder):
    keep(folder, now=700, renamed=500)

    metric = gauge()

    assert metric is not None
    assert [1200] == [sample.value for sample in metric.samples]


def test_where_they_may_not_be_looked_at_no_figure_says_that_there_are_none(folder, monkeypatch):
    def refused() -> int:
        raise PermissionError

    monkeypatch.setattr(kept_hits, "size", refused)

    assert gauge() is None


def test_the_folder_is_the_one_into_which_nginx_writes():
    shipped = Path(__file__).parents[2] / "deploy" / "nginx" / "footfall.conf"

    assert f"access_log {kept_hits.FOLDER}/footfall.hits.log" in shipped.read_text()
