"""Raw events through the browser: in from a file, and out again."""

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.server import Server
from tests.tracking.transfer.files import LINE
from tests.tracking.transfer.formats.goatcounter_files import Hit, exported

pytestmark = pytest.mark.stack


@pytest.fixture
def owner(context, page, owner_cookies) -> Page:
    """A page of the owner's."""
    context.add_cookies(owner_cookies)
    return page


def test_file_is_sent_in_parts_imported_and_downloaded_again(
    context: BrowserContext, owner: Page, running: Server, domain: str, tmp_path: Path
):
    # More than one part.
    lines = [json.dumps(LINE | {"visitor": f"v{n}", "title": "x" * 900}) for n in range(800)]
    lines[16] = "nonsense"
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(lines))

    held: list[Route] = []
    owner.route(
        re.compile("part.offset=[1-9]"),
        lambda route: route.continue_() if held else held.append(route),
    )

    elsewhere = context.new_page()
    for page in (elsewhere, owner):
        page.goto(f"{running.url}/sites/{domain}/transfer")
    owner.get_by_label("File", exact=True).set_input_files(file)
    owner.get_by_role("button", name="Import the file").click()

    imports = owner.locator("#imports")
    expect(imports).to_contain_text(re.compile("Sent: [1-9][0-9] %"))
    expect(imports.get_by_role("progressbar", name="How far events.ndjson is")).to_be_visible()
    # Other tabs are told of it.
    expect(elsewhere.get_by_text("started the import")).to_be_visible()
    expect(owner.get_by_text("started the import")).to_have_count(0)
    held[0].continue_()
    expect(imports).to_contain_text("Imported: 799 events in 799 visits", timeout=30_000)
    imports.get_by_text("Refused lines: 1").click()
    expect(imports.get_by_role("row", name="17 It is no JSON object.")).to_be_visible()

    owner.get_by_label("Format", exact=True).select_option("csv")
    with owner.expect_download() as download:
        owner.get_by_role("button", name="Download").click()
    with download.value.path().open() as exported:
        assert 799 == sum(1 for _ in csv.DictReader(exported))


def test_file_that_is_refused_says_why_beside_its_field(
    owner: Page, running: Server, domain: str, tmp_path: Path, complaints
):
    complaints.expect("status of 400")
    file = tmp_path / "events.xls"
    file.write_text("x")

    owner.goto(f"{running.url}/sites/{domain}/transfer")
    owner.get_by_label("File", exact=True).set_input_files(file)
    owner.get_by_role("button", name="Import the file").click()

    expect(owner.get_by_role("alert")).to_contain_text("Say where the file is from")
    owner.get_by_label("Where is it from?").select_option("events")
    owner.get_by_role("button", name="Import the file").click()

    expect(owner.get_by_role("alert")).to_contain_text("must end in .ndjson, .csv or .parquet")


def test_file_of_another_program_is_imported_up_to_the_day_on_which_counting_began(
    owner: Page, running: Server, domain: str, tmp_path: Path
):
    file = tmp_path / "goatcounter-export.csv"
    file.write_bytes(exported(Hit(), Hit("/b", time=datetime(2026, 3, 11, 12, tzinfo=UTC))))

    owner.goto(f"{running.url}/sites/{domain}/transfer")
    expect(owner.get_by_label("Leave out from")).to_be_hidden()
    owner.get_by_label("File", exact=True).set_input_files(file)
    expect(owner.get_by_label("Where is it from?")).to_have_value("goatcounter")
    owner.get_by_label("Leave out from").fill("2026-03-11")
    owner.get_by_role("button", name="Import the file").click()

    imports = owner.locator("#imports")
    expect(imports).to_contain_text("Imported: 1 event in 1 visit")
    expect(imports).to_contain_text("Left out: 1 line. Events of the day before which")
