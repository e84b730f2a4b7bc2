"""Takes the pictures of the documents: `python -m tests.screenshots [folder]`.

Starts the real server over sample events. Writes docs/images/ unless another folder is named, where
it takes every page at both widths and in both schemes.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.server import ROOT, Server

DOMAIN = "northpeak.example"
PASSWORD = "a long walk by the river"
PAGES = {
    "report": f"/sites/{DOMAIN}/",
    "live": f"/sites/{DOMAIN}/live",
    "debugger": f"/sites/{DOMAIN}/debugger",
    "sites": "/sites/",
    "add": "/sites/new",
    "install": f"/sites/{DOMAIN}/install",
    "settings": f"/sites/{DOMAIN}/settings",
    "hits": f"/sites/{DOMAIN}/hits",
}
IN_DOCUMENTS = ("report", "live")


def main(folder: str | None) -> None:
    with tempfile.TemporaryDirectory() as data:
        store_sample(data)
        with Server(Path(data)) as server, sync_playwright() as playwright:
            stdin = PASSWORD
            server.manage("owner_create", "owner@example.com", "--password-stdin", stdin=stdin)
            server.manage("site_create", "journal.example")
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
            if folder:
                take_all(browser, server, Path(folder))
            else:
                take(browser, server, ROOT / "docs" / "images", IN_DOCUMENTS, 1280, "light")
            browser.close()


def store_sample(data: str) -> None:
    os.environ["FOOTFALL_DATA"] = data
    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    from django.core.management import call_command

    from tests import sample
    from tracking.models import Site

    call_command("migrate", verbosity=0)
    site = Site.objects.create(domain=DOMAIN, timezone="Europe/Berlin")
    sample.store(sample.events(site, datetime.now(UTC), days=65, visits_a_day=500))


def take_all(browser: Browser, server: Server, folder: Path) -> None:
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            take(browser, server, folder, tuple(PAGES), width, scheme, f"-{width}-{scheme}")


def take(
    browser: Browser,
    server: Server,
    folder: Path,
    names: tuple[str, ...],
    width: int,
    scheme: str,
    ending: str = "",
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = signed_in(browser, server, width, scheme)
    for name in names:
        page.goto(server.url + PAGES[name])
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}{ending}.png", full_page=width < 1280)
    page.context.close()


def signed_in(browser: Browser, server: Server, width: int, scheme: str) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 820},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
