import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import SiteFactory
from tests.tracking.transfer.files import written
from tracking.models import Import

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def imported(*arguments: str) -> tuple[str, str]:
    """What the command says, on standard output and beside it."""
    out, err = io.StringIO(), io.StringIO()
    call_command("events_import", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_command_counts_what_it_stored_and_names_refused_lines(tmp_path: Path):
    SiteFactory(domain="a.example")
    file = written(tmp_path / "a.ndjson", {}, "nonsense", {"visitor": "bob"})
    errors = tmp_path / "errors"

    out, err = imported("www.a.example", str(file), "--errors", str(errors))

    assert "Imported: 2 events in 2 visits\nRefused: 1 lines\n" == out
    assert "Line 2: It is no JSON object.\n" in err
    assert "2\tIt is no JSON object.\n" == errors.read_text()
    assert [("a.ndjson", "done", 2)] == list(
        Import.objects.values_list("file_name", "state", "events")
    )


def test_command_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    SiteFactory(domain="a.example")
    content = written(tmp_path / "a.ndjson", {}).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    assert "Imported: 1 events in 1 visits\nRefused: 0 lines\n" == imported("a.example", "-")[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["nobody.example", "x"], "There is no site nobody.example", id="site"),
        pytest.param(["a.example", "/nowhere"], "The file cannot be read: No such", id="file"),
    ],
)
def test_command_says_what_is_in_the_way_and_leaves_nothing(arguments: list[str], sentence: str):
    SiteFactory(domain="a.example")

    with pytest.raises(CommandError, match=sentence):
        imported(*arguments)

    assert 0 == Import.objects.count()
