"""Takes the pictures of the documents: `python -m tests.screenshots [folder]`.

Starts the real server over sample events. Writes docs/images/ unless a folder is named, into which
it takes every page at both widths and in both schemes.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.server import ROOT, Server

if TYPE_CHECKING:
    from tracking.models import Event, Site

DOMAIN = "northpeak.example"
PASSWORD = "a long walk by the river"
REPORT = f"/sites/{DOMAIN}/"
LAST_WEEK = "period=7d&f=is,visit:country,DE&f=is,visit:device,Mobile"
PAGES = {
    "report": REPORT,
    "report-map": f"{REPORT}?show=map&show=campaigns&chart=bars",
    "report-filtered": f"{REPORT}?{LAST_WEEK}&show=campaigns",
    "list": f"{REPORT}widgets/pages",
    "segments": f"{REPORT}segments",
    "sharing": f"{REPORT}sharing",
    "sites": "/sites/",
    "live": f"{REPORT}live",
    "wall": "/wall",
    "wall-tv": "/wall?tv",
    "debugger": f"{REPORT}debugger",
    "add": "/sites/new",
    "install": f"{REPORT}install",
    "settings": f"{REPORT}settings",
    "hits": f"{REPORT}hits",
    "goals": f"{REPORT}goals",
    "revenue": f"{REPORT}goals/revenue",
    "funnel": f"{REPORT}funnels?step=page,/&step=page,/beans*&step=goal,Visit+/subscribe",
    "journeys": f"{REPORT}journeys?path=/&path=/beans/ethiopia-guji",
    "retention": f"{REPORT}retention",
    "vitals": f"{REPORT}vitals",
    "notes": f"{REPORT}notes",
    "alerts": f"{REPORT}alerts",
    "mail-reports": f"{REPORT}reports",
    "mail-preview": f"{REPORT}reports/preview",
    "transfer": f"{REPORT}transfer",
    "opt-out": f"/opt-out/{DOMAIN}",
}
# Of the documents' pictures each is one page, at a width and in a scheme.
IN_DOCUMENTS = {
    "report": ("report", 1280, "light"),
    "report-dark": ("report", 1280, "dark"),
    "report-phone": ("report", 390, "light"),
    "report-map": ("report-map", 1280, "light"),
    "list": ("list", 1280, "light"),
    "sharing": ("sharing", 1280, "light"),
    "sites": ("sites", 1280, "light"),
    "funnel": ("funnel", 1280, "light"),
    "journeys": ("journeys", 1280, "light"),
    "live": ("live", 1280, "light"),
    "wall": ("wall-tv", 1280, "dark"),
}
# The others of the list of sites, with how many visits they have a day.
OTHERS = {"journal.example": 120, "workshop.example": 40}


def main(folder: str | None) -> None:
    with tempfile.TemporaryDirectory() as data:
        store_sample(data)
        with Server(Path(data)) as server, sync_playwright() as playwright:
            stdin = PASSWORD
            server.manage("owner_create", "owner@example.com", "--password-stdin", stdin=stdin)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
            if folder:
                take_all(browser, server, Path(folder))
            else:
                take_for_documents(browser, server, ROOT / "docs" / "images")
            browser.close()


def store_sample(data: str) -> None:
    os.environ["FOOTFALL_DATA"] = data
    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    from django.core.management import call_command

    from tests import sample
    from tracking.models import Goal, SharedLink, Site
    from tracking.site_creation import create_site

    call_command("migrate", verbosity=0)
    for domain, visits_a_day in {DOMAIN: 500, **OTHERS}.items():
        site = create_site(domain, "Europe/Berlin")
        days = 65 if domain == DOMAIN else 15
        sample.store(sample.events(site, datetime.now(UTC), days, visits_a_day, seed=site.pk))
    site = Site.objects.get(domain=DOMAIN)
    for path in ("/beans/*", "/subscribe", "/cart"):
        Goal.objects.create(site=site, page_path=path)
    sample.store(busy_hour(site, datetime.now(UTC)))
    link = SharedLink(site=site, name="The agency", panels=["sources"])
    link.set_password(PASSWORD)
    link.save()


def busy_hour(site: "Site", now: datetime) -> list["Event"]:
    """The visits of an hour in the afternoon as if it ended now: the live page is never empty."""
    from tests import sample

    afternoon = now.replace(hour=15) - timedelta(days=1)
    events = sample.events(site, afternoon, days=1, visits_a_day=5_000, seed=99)
    late = {e.id for e in events if e.id == e.visit and e.time > afternoon - timedelta(hours=1)}
    events = [event for event in events if event.visit in late]
    numbers = {event.id: number for number, event in enumerate(events, start=1)}
    for event in events:
        event.id, event.visit = numbers[event.id], numbers[event.visit]
        event.visitor += max(numbers)
        event.time += now - afternoon
    return events


def take_all(browser: Browser, server: Server, folder: Path) -> None:
    for width, scheme in product((1280, 390), ("light", "dark")):
        page = signed_in(browser, server, width, scheme)
        for name, address in PAGES.items():
            take(page, server.url + address, folder / f"{name}-{width}-{scheme}.png")
        page.context.close()


def take_for_documents(browser: Browser, server: Server, folder: Path) -> None:
    for picture, (name, width, scheme) in IN_DOCUMENTS.items():
        page = signed_in(browser, server, width, scheme)
        take(page, server.url + PAGES[name], folder / f"{picture}.png")
        page.context.close()


def take(page: Page, url: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    # A page that is longer than the window is seen whole; one that grows with its feed is not.
    page.screenshot(path=path, full_page="/live" not in url and "/debugger" not in url)


def signed_in(browser: Browser, server: Server, width: int, scheme: str) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 820},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
