import json
from pathlib import Path

from tests.faults.report import Circumstances, Tried, write

ABOUT = Circumstances(
    date="2026-03-14T09:26:53+00:00",
    version="v1.2-3-gabc",
    cores=2,
    memory_gb=25.3,
    python="3.11.7",
    kernel="6.1",
    command="python -m tests.faults kill",
)
HITS = {
    **{"sent": 9, "accepted": 8, "stored": 8, "doubled": 0, "lost": 0, "503": 1, "unanswered": 0},
    **{"hits/s": 4, "slowest s": 0.2, "recovery s": 1.5, "memory MB": "200 203"},
}


def report(folder: Path) -> tuple[str, dict]:
    kept = Tried("kill", "Nothing is lost.", 61, HITS, failure="")
    failed = Tried(
        "presence", "Who is online is right.", 7, {}, failure="AssertionError: 3\n(of 4)"
    )
    path = write(ABOUT, [kept, failed], folder)
    return path.read_text(), json.loads((folder / "report.json").read_text())


def test_the_report_says_where_it_was_made_what_was_promised_and_what_was_found(tmp_path):
    text, _ = report(tmp_path)

    assert (Path(__file__).parent / "expected_report.md").read_text() == text


def test_programs_read_the_same(tmp_path):
    _, read = report(tmp_path)

    assert ("v1.2-3-gabc", HITS, "AssertionError: 3\n(of 4)") == (
        read["version"],
        read["faults"][0]["figures"],
        read["faults"][1]["failure"],
    )
