"""Taking out and erasing one visitor by commands."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.sealing.sealed import noted
from tracking.ingest.visitor import visitor_id
from tracking.models import Change, Event, Site
from tracking.warehouse.sealing.turn import turn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def site() -> Site:
    """One with a pageview of Ada's and one of somebody else's."""
    site = SiteFactory(domain="example.com", own_ids=True)
    ada = visitor_id(bytes(site.own_id_key.key), site.pk, "ada", "")
    noted([EventFactory(site=site, visitor=ada, path="/ada"), EventFactory(site=site, path="/")])
    return site


def output(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> str:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    call_command(*arguments, stdout=sys.stdout)
    sys.stdout.flush()
    return written.getvalue().decode()


@pytest.mark.parametrize(
    ("named", "typed"), [("ada", ""), ("-", "ada\n")], ids=["argument", "standard input"]
)
def test_export_writes_the_lines_of_the_visitor(site, monkeypatch, named, typed):
    lines = output(monkeypatch, "visitor_export", "example.com", named, typed=typed).splitlines()

    assert ["/ada"] == [json.loads(line)["path"] for line in lines]


def test_erased_visitor_is_gone_and_the_log_does_not_say_who(site, monkeypatch):
    said = output(monkeypatch, "visitor_erase", "example.com", "ada")

    change = Change.objects.get()
    assert ("Erased: 1 visits, 1 events\n", ["/"]) == (
        said,
        list(Event.objects.values_list("path", flat=True)),
    )
    assert ("deleted", "visitor", "command", "", {"visits": 1, "events": 1, "waiting": 0}) == (
        change.did,
        change.what,
        change.means,
        change.name,
        change.details,
    )


@pytest.mark.parametrize("command", ["visitor_export", "visitor_erase"])
@pytest.mark.parametrize(
    ("domain", "named"), [("nowhere.example", "ada"), ("example.com", " ")], ids=["site", "nobody"]
)
def test_unknown_site_and_no_name_are_refused(site, command, domain, named):
    with pytest.raises(CommandError):
        call_command(command, domain, named)


def test_erasing_waits_for_whoever_seals(site):
    with turn(), pytest.raises(CommandError, match="Run the command again"):
        call_command("visitor_erase", "example.com", "ada")

    assert 2 == Event.objects.count()
