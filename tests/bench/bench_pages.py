"""How soon a report stands in a real Chromium, what it weighs, and what Lighthouse says of it.

    python -m tests.bench.bench_pages [pageviews] [folder]

Serves a site of that many pageviews (1,000,000 unless said) in 60 sealed days with the default
set-up and opens its last 30 days, each time in a browser that has kept nothing. A folder keeps the
data for the next time; that of bench_warehouse will do.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

import django
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.generated import LAST
from tests.bench.lighthouse import CATEGORIES, LEAST, scores
from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.server import Server

TIMES = 7
EMAIL, PASSWORD = "owner@example.com", "a long walk by the river"
DOMAIN = "large.example"
FIRST = LAST - timedelta(days=29)
REPORT = f"/sites/{DOMAIN}/?from={FIRST}&to={LAST}"
QUESTIONS = {
    "30 days": REPORT,
    "30 days of two countries": f"{REPORT}&f=is,visit:country,DE,AT",
}
# Milliseconds and bytes.
FIGURES_TARGET, PANELS_TARGET = 500, 1_000
WEIGHT_TARGET, SCRIPT_TARGET = 120_000, 60_000

# A task that a frame's callback leaves behind runs once the frame is painted.
NOTE_FRAMES = """
const painted = {};
const note = name => setTimeout(() => {
  painted[name] ??= performance.now();
  if (painted.panels) console.info(JSON.stringify(painted));
});
(function look() {
  const panels = document.querySelectorAll(".panels > .panel");
  if (document.querySelector(".figure-value")) note("figures");
  if (panels.length && !document.querySelector(".panels [aria-busy]")) note("panels");
  else requestAnimationFrame(look);
})();
"""


def main(folder: Path, pageviews: int) -> None:
    prepare(folder, pageviews)
    with Server(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        session = signed_in(browser, server)
        for title, path in QUESTIONS.items():
            print_times(
                title, [open_once(browser, session, server.url + path) for _ in range(TIMES)]
            )
        print_weight(weigh(browser, session, server.url + REPORT))
        browser.close()
        print_scores(server.url + REPORT, session)


def prepare(folder: Path, pageviews: int) -> None:
    """Make the data, unless the folder has some, and the person who looks at it."""
    os.environ["FOOTFALL_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    os.environ.setdefault("FOOTFALL_SECRET_KEY", "bench")
    django.setup()
    from django.core.management import call_command

    from dashboard.accounts.models import User, owner_exists
    from dashboard.accounts.setup import make_first_owner
    from tests.bench.generated import fill
    from tracking.models import SealedShare, Site
    from tracking.warehouse import engine

    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        fill(pageviews)
    if not owner_exists():
        user = User(email=EMAIL)
        user.set_password(PASSWORD)
        user.save()
        make_first_owner(user)
    large = Site.objects.get(domain=DOMAIN)
    shares = SealedShare.objects.filter(site_id=large.pk, segment__removed_at=None)
    events = sum(shares.values_list("events", flat=True))
    print(f"{DOMAIN}, {events:,} pageviews, each time in a browser that has kept nothing")
    engine.close()


def signed_in(browser: Browser, server: Server) -> str:
    """The key of the session of somebody who has signed in."""
    page = browser.new_page()
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sites/")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.context.close()
    return cookies["sessionid"]


def fresh(browser: Browser, session: str, url: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    # Of the whole server: the page's socket lies elsewhere than the page.
    whole = urljoin(url, "/")
    context.add_cookies([{"name": "sessionid", "value": session, "url": whole}])
    return context


def stand(page: Page, url: str) -> dict[str, float]:
    """When the figures and all panels were painted, in milliseconds from the address on."""
    page.add_init_script(NOTE_FRAMES)
    with page.expect_console_message(lambda message: message.type == "info") as noted:
        page.goto(url)
    return json.loads(noted.value.text)


def open_once(browser: Browser, session: str, url: str) -> dict[str, float]:
    context = fresh(browser, session, url)
    page = context.new_page()
    painted = stand(page, url)
    context.close()
    return painted


def weigh(browser: Browser, session: str, url: str) -> Counter[str]:
    """Bytes that came over the wire, headers and panels included, by the kind of what they were."""
    context = fresh(browser, session, url)
    page = context.new_page()
    kinds: dict[str, str] = {}
    weight: Counter[str] = Counter()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.responseReceived", lambda it: kinds.update({it["requestId"]: it["type"]}))
    protocol.on(
        "Network.loadingFinished",
        lambda it: weight.update({kinds[it["requestId"]]: round(it["encodedDataLength"])}),
    )
    stand(page, url)
    page.wait_for_load_state("networkidle")
    context.close()
    return weight


def print_times(title: str, times: list[dict[str, float]]) -> None:
    print(f"\n{title}: first time, median and longest of the {len(times) - 1} after it")
    for name, target in (("figures", FIGURES_TARGET), ("panels", PANELS_TARGET)):
        first, *others = (each[name] for each in times)
        print(
            f"{first:8,.0f} {median(others):8,.0f} {max(others):8,.0f} ms  {name} painted"
            f" (target {target:,})",
            flush=True,
        )


def print_weight(weight: Counter[str]) -> None:
    print("\nWeight as sent, compressed")
    for kind, size in weight.most_common():
        print(f"{size / 1000:8.1f} KB  {kind.lower()}")
    print(f"{weight['Script'] / 1000:8.1f} KB  of JavaScript (target {SCRIPT_TARGET / 1000:.0f})")
    print(
        f"{weight.total() / 1000:8.1f} KB  in all (target {WEIGHT_TARGET / 1000:.0f})", flush=True
    )


def print_scores(url: str, session: str) -> None:
    print(f"\nLighthouse (target {LEAST} in each)")
    for form in ("desktop", "phone"):
        found, complaints = scores(url, f"sessionid={session}", form)
        print("  ".join(f"{found[name]:4} {name}" for name in CATEGORIES), f" ({form})")
        for complaint in complaints:
            print(f"       {complaint}", flush=True)


if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as temporary:
        chosen = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        chosen.mkdir(parents=True, exist_ok=True)
        main(chosen, rows)
