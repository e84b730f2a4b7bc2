"""Matomo's visits as events, from the file to the figures."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import SiteFactory
from tests.tracking.transfer.matomo.answers import (
    ACTIONS,
    action,
    as_csv,
    as_json,
    as_wide_tsv,
    as_xml,
    page,
    visit,
)
from tests.tracking.warehouse.sealing.sealed import by, totals
from tracking.models import Import, Site
from tracking.transfer.errors import Undecided
from tracking.transfer.exporting import export
from tracking.transfer.formats import guess
from tracking.transfer.formats.sample import sample
from tracking.transfer.importing import run

pytestmark = pytest.mark.django_db

URL = "https://example.com/"
VISITS = [
    visit(
        page("/", 0),
        page("/shop", 60),
        action("event", 70, eventCategory="Video", eventAction="Play", url=URL),
        action("search", 80, siteSearchKeyword="shoes", url=URL),
        action("download", 90, url="https://example.com/a.pdf"),
        action("outlink", 100, url="https://other.example/"),
        action("goal", 110, goalId=1, goalName="Sign up", revenue="5", url=URL),
        action("ecommerceOrder", 120, orderId="A-7", revenue=240.5, items=2),
        idVisit=3,
        referrerType="website",
        referrerUrl="https://blog.example/post",
    ),
    # The same visitor, ten minutes later: Matomo calls it another visit.
    visit(page("/again", 700), idVisit=2),
    visit(page("/", 0), idVisit=1, visitorId="1111111111111111", countryCode="de"),
]


def brought(site: Site, *paths: Path, website: str = "", **options: Any) -> Import:
    told = {"website": website} if website else {}
    job = Import.objects.create(site=site, file_name=paths[0].name, options=told)
    run(job, paths, "matomo", **options)
    return job


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", [as_json, as_xml, as_csv, as_wide_tsv])
def test_totals_are_those_of_matomo(tmp_path: Path, form):
    site = SiteFactory(domain="example.com")

    brought(site, written(tmp_path / "visits", form(VISITS)))

    names = by(site, "event:name", ("events",))
    conversions = sum(names.pop(name)[0] for name in ("Goal 1", "Order"))
    actions = sum(count for (count,) in names.values())
    assert (len(VISITS), sum(each["actions"] for each in VISITS)) == (totals(site)[1], actions)
    assert (2, 4, 2) == (totals(site)[0], totals(site)[2], conversions)
    assert {"AT": (2,), "DE": (1,)} == by(site, "visit:country", ("visits",))
    assert {"blog.example": (1,), "Direct / None": (2,)} == by(site, "visit:source", ("visits",))
    # One page and nothing else, as Matomo's bounces.
    bounces = sum(len([a for a in v["actionDetails"] if a["type"] in ACTIONS]) == 1 for v in VISITS)
    assert bounces == 2


def test_revenue_is_that_of_the_orders_and_goals(tmp_path: Path):
    site = SiteFactory(domain="example.com")

    brought(site, written(tmp_path / "visits.json", as_json(VISITS)))

    with (tmp_path / "out.ndjson").open("wb") as to:
        export(site, to, "ndjson")
    lines = map(json.loads, (tmp_path / "out.ndjson").read_text().splitlines())
    assert {("Goal 1", "5.000", "EUR"), ("Order", "240.500", "EUR")} == {
        (line["name"], f"{float(line['revenue_amount']):.3f}", line["revenue_currency"])
        for line in lines
        if line.get("revenue_amount")
    }


def test_pages_of_an_export_are_one_and_a_longer_one_adds_the_rest(tmp_path: Path):
    site = SiteFactory(domain="example.com")
    first = written(tmp_path / "0.json", as_json(VISITS[1:]))
    brought(site, first)

    pages = [
        written(tmp_path / "1.json.gz", gzip.compress(as_json(VISITS[:2]))),
        written(tmp_path / "2.json", as_json(VISITS[2:])),
        written(tmp_path / "3.json", as_json([])),
    ]
    job = brought(site, *pages)

    assert (8, 2) == (job.events, job.known)
    assert 3 == totals(site)[1]


def test_one_of_several_sites_is_chosen(tmp_path: Path):
    site = SiteFactory(domain="example.com")
    other = visit(page("/other"), idSite=2, idVisit=9, siteName="Shop")
    path = written(tmp_path / "visits.json", as_json([*VISITS, other]))

    with pytest.raises(Undecided) as asked:
        brought(site, path)
    job = brought(site, path, website="Shop")

    assert [("1", "Example"), ("2", "Shop")] == list(asked.value.choices)
    assert {"/other": (1,)} == by(site, "event:page", ("pageviews",))
    assert {"Visits of other sites": 3} == dict(job.left_out)


def test_what_is_no_event_is_counted(tmp_path: Path):
    site = SiteFactory(domain="example.com")
    visits = [
        visit(idVisit=4),
        visit(page(), action("media", 1, url=URL)),
        visit(page(), idVisit=""),
        visit(page(timestamp="soon"), idVisit=5),
    ]

    job = brought(site, written(tmp_path / "visits.json", as_json(visits)))

    assert {"Visits without an action": 1, "Actions that only Matomo's plugins know": 1} == dict(
        job.left_out
    )
    assert [
        [4, "Its visit has no idVisit."],
        [5, "Its timestamp is no time such as 2026-03-10T12:00:00Z."],
    ] == [list(each) for each in job.refusals]


@pytest.mark.parametrize("form", [as_json, as_xml, as_csv, as_wide_tsv])
def test_export_is_recognised(form):
    assert "matomo" == guess(sample("export", form(VISITS))).name
