"""An owner looks at, takes out and erases what is stored of one visitor."""

import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.factories import EventFactory, SeatFactory, SiteFactory
from tests.tracking.warehouse.sealing.sealed import noted
from tracking.ingest.visitor import visitor_id
from tracking.models import Change, Event, Site
from tracking.privacy.visitor import Stored
from tracking.warehouse.sealing.turn import turn

pytestmark = pytest.mark.django_db

ADA = "ada=1&<b>@example.com"
FIND = "/sites/northpeak.example/visitor"
EXPORT, ERASE = f"{FIND}/export", f"{FIND}/erase"


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def site(client: Any) -> Site:
    """A site with a pageview of Ada's and one of somebody else's, whose owner is signed in."""
    site = SiteFactory(domain="northpeak.example", own_ids=True)
    client.force_login(SeatFactory(site=site).user)
    ada = visitor_id(bytes(site.own_id_key.key), site.pk, ADA, "")
    noted([EventFactory(site=site, visitor=ada, path="/ada"), EventFactory(site=site, path="/")])
    return site


def paths() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("path", flat=True))


def test_owner_sees_how_much_is_stored(client, site):
    response = client.post(FIND, {"visitor": ADA})

    found: Stored = response.context["stored"]
    assert (1, 1, 0) == (found.visits, found.events, found.waiting)
    assert "ada=1&amp;&lt;b&gt;@example.com" in response.content.decode()


@pytest.mark.parametrize("named", ["bob", " "], ids=["unknown", "blank"])
def test_nothing_is_stored_of_whom_nobody_knows(client, site, named):
    response = client.post(FIND, {"visitor": named})

    page = response.content.decode()
    assert (True, False) == ("Nothing is stored of this visitor." in page, ERASE in page)


@pytest.mark.parametrize("address", [FIND, EXPORT, ERASE])
def test_somebody_must_be_named(client, site, address):
    response = client.post(address, {"visitor": "", "format": "csv", "is_final": "on"})

    assert {"visitor": ["This field is required."]} == response.context["visitor_form"].errors
    assert ["/ada", "/"] == paths()


# What is taken out is written by a thread of its own.
@pytest.mark.django_db(transaction=True)
def test_owner_takes_out_the_lines_of_the_visitor(client, site):
    response = client.post(EXPORT, {"visitor": ADA, "format": "ndjson"})

    lines = b"".join(response.streaming_content).splitlines()
    assert ["/ada"] == [json.loads(line)["path"] for line in lines]
    assert [("downloaded", "visitor", {})] == list(
        Change.objects.values_list("did", "what", "details")
    )


def test_visitor_is_erased_by_a_word_that_it_is_final(client, site):
    refused = client.post(ERASE, {"visitor": ADA})
    before = paths()

    client.post(ERASE, {"visitor": ADA, "is_final": "on"})

    assert {"is_final": ["This field is required."]} == refused.context["erase_form"].errors
    assert (["/ada", "/"], ["/"]) == (before, paths())


def test_neither_the_audit_log_nor_the_servers_log_says_who_was_erased(client, site):
    with capture_logs() as logs:
        client.post(FIND, {"visitor": ADA})
        client.post(ERASE, {"visitor": ADA, "is_final": "on"})

    change = Change.objects.get()
    assert ("", {"visits": 1, "events": 1, "waiting": 0}) == (change.name, change.details)
    assert "ada" not in str(logs)


def test_owner_is_told_to_wait_while_events_are_sealed(client, site):
    with turn():
        response = client.post(ERASE, {"visitor": ADA, "is_final": "on"})

    assert "Try again in a minute." in response.content.decode()
    assert (["/ada", "/"], 0) == (paths(), Change.objects.count())


@pytest.mark.parametrize("address", [FIND, EXPORT, ERASE])
def test_visitors_of_another_site_are_not_found(client, site, address):
    other = SiteFactory(domain="other.example")

    asked = {"visitor": ADA, "format": "csv", "is_final": "on"}
    response = client.post(address.replace("northpeak.example", other.domain), asked)

    assert (404, ["/ada", "/"]) == (response.status_code, paths())
