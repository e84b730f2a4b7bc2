"""A visitor is found by the name that the site's pages, servers or files have for them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import SiteFactory
from tests.tracking.ingest.test_accept import HIT, SENDER, Germany
from tracking.ingest.accept import Accepted, decide
from tracking.ingest.http import Request
from tracking.ingest.limits import Limits
from tracking.ingest.protocols import goatcounter_api, matomo, plausible, umami
from tracking.ingest.rules import keep_salts, load
from tracking.models import Import, ImportKey, Site
from tracking.privacy.own_ids import visitors_called
from tracking.privacy.visitor import stored
from tracking.transfer.importing import run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
LONG = "ä" * 400


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def known_as(site: Site, name: str, **changes: object) -> int:
    """The visitor id of a hit whose sender the site calls so."""
    keep_salts(NOW.date())
    hit = replace(HIT, site=site.domain, visitor=name, **changes)
    made = decide(hit, SENDER, load(Limits(0, 0)), Germany(), NOW)
    assert isinstance(made, Accepted)
    return made.waiting.visitor


@pytest.mark.parametrize(
    "choices",
    [{"own_ids": True}, {}, {"own_ids": True, "visitor_days": 7}],
    ids=["known for good", "known for a day", "known for good and others for a week"],
)
@pytest.mark.parametrize("changes", [{}, {"bot": True}], ids=["person", "program"])
def test_visitor_is_found_by_the_name_that_hits_give(choices, changes):
    site = SiteFactory(bots="apart", **choices)

    assert known_as(site, "ada@example.com", **changes) in visitors_called(
        site, " ada@example.com "
    )


def test_visitor_is_found_who_was_named_before_the_site_knew_names_for_good():
    site = SiteFactory()
    before = known_as(site, "ada")
    site.own_ids = True
    site.save()

    assert {before, known_as(site, "ada")} <= visitors_called(site, "ada")


def matomo_hit(site: str, name: str) -> Any:
    query = f"idsite={site}&rec=1&url=https://{site}/&uid={name}".encode()
    return matomo.parse(Request("GET", "/matomo.php", query, {}, ""))


def json_hit(module: Any, path: str, body: str, query: bytes = b"", **headers: str) -> Any:
    return module.parse(Request("POST", path, query, headers, "", body.encode()))


SENT = {
    "matomo": matomo_hit,
    "umami": lambda site, name: json_hit(
        umami,
        "/api/send",
        f'{{"type": "event", "payload": {{"website": "{site}", "id": "{name}"}}}}',
    ),
    "goatcounter": lambda site, name: json_hit(
        goatcounter_api,
        "/api/v0/count",
        f'{{"hits": [{{"path": "/", "session": "{name}"}}]}}',
        f"site={site}".encode(),
        authorization="Bearer ff_key",
    ),
    "own": lambda site, name: json_hit(
        plausible,
        "/api/event",
        f'{{"n": "pageview", "d": "{site}", "u": "https://{site}/", "visitor": "{name}"}}',
    ),
}


@pytest.mark.parametrize("parse", SENT.values(), ids=SENT)
@pytest.mark.parametrize("name", ["ada", LONG], ids=["short", "long"])
def test_visitor_is_found_by_the_name_in_every_wire_format(parse, name):
    site = SiteFactory(own_ids=True)
    [hit] = parse(site.domain, name)

    assert known_as(site, hit.visitor) in visitors_called(site, name)


def test_visitor_is_found_by_the_name_in_an_imported_file(settings, tmp_path):
    settings.DATA = tmp_path
    site = SiteFactory()
    file = tmp_path / "events.ndjson"
    file.write_text(
        '{"timestamp": "2026-03-10T12:00:00Z", "visitor": "ada", "name": "pageview",'
        ' "url": "https://example.com/"}\n'
    )
    run(Import.objects.create(site=site, file_name="events.ndjson"), file, "ndjson")

    assert 1 == stored(site, visitors_called(site, "ada")).events


@pytest.mark.parametrize("name", ["", "  ", "\0"], ids=["empty", "blank", "NUL"])
def test_nobody_is_called_nothing(name):
    assert set() == visitors_called(SiteFactory(own_ids=True), name)


def test_another_name_and_another_site_are_other_visitors():
    site, other = SiteFactory(own_ids=True), SiteFactory(own_ids=True)
    ImportKey.of(site), ImportKey.of(other)
    keep_salts(NOW.date())

    ada, bob = visitors_called(site, "ada"), visitors_called(site, "bob")

    assert set() == (ada & bob) | (ada & visitors_called(other, "ada"))
