"""The report in a real browser: looked at, clicked through, by keyboard, and without scripts."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from dashboard.report.widgets import TABLE
from tests import sample
from tests.browser.conftest import Complaints
from tests.browser.signing_in import sign_in
from tests.factories import EventFactory, SeatFactory
from tracking.models import Goal, Site

pytestmark = pytest.mark.django_db(transaction=True)

TEXT_FIELDS = [
    *("hostname", "path", "title", "referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("region", "city", "browser", "browser_version", "os", "os_version"),
    *("device", "screen", "language"),
]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)//'\"><svg onload=alert(1)>",
]


@pytest.fixture
def site(context: BrowserContext, complaints: Complaints, client: Client, live_server) -> Site:
    """The site of the person who is signed in with this browser."""
    # Django's server for tests has no sockets.
    complaints.expect("/ws/sites/")
    membership = SeatFactory(site__domain="northpeak.example")
    sign_in(context, client, live_server, membership.user)
    return membership.site


@pytest.fixture
def busy(site: Site) -> Site:
    """The same with two months of visits."""
    sample.store(sample.events(site, timezone.now(), days=61, visits_a_day=15))
    return site


@pytest.fixture
def report(live_server, busy: Site) -> str:
    return f"{live_server.url}/sites/{busy.domain}/"


def panel(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def open_report(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".panels [aria-busy]")).to_have_count(0)


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        *((390, "light"), (390, "dark"), (768, "light")),
        *((1280, "light"), (1280, "dark"), (1920, "dark")),
    ],
)
def test_a_report_is_accessible_and_fits_its_screen(page, report, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)

    open_report(page, f"{report}?f=is,visit:device,Mobile,Desktop&metric=bounce_rate")

    assert [] == Axe().run(page).response["violations"]
    assert width >= page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_menus_of_a_report_are_accessible(page, report, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    open_report(page, report)
    if width == 390:
        page.get_by_role("button", name="Filters and period").click()

    for name in ("Filter", "Last 30 days"):
        page.locator("summary").filter(has_text=name).click()
        assert [] == Axe().run(page).response["violations"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_whole_list_is_accessible_and_fits_its_screen(page, report, width: int):
    page.set_viewport_size({"width": width, "height": 844})

    page.goto(f"{report}widgets/cities")

    assert [] == Axe().run(page).response["violations"]
    assert width >= page.evaluate("document.documentElement.scrollWidth")


def test_the_charts_text_keeps_its_size_on_a_phone(page, report):
    page.set_viewport_size({"width": 390, "height": 844})
    open_report(page, report)

    sizes = page.locator(".plot text:visible").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    height = page.locator(".plot-area").bounding_box()["height"]

    assert min(sizes) >= 12
    assert height >= 200


def test_a_row_filters_the_report_and_its_chip_takes_the_filter_away(page, report):
    open_report(page, report)
    whole = page.locator("#figure-visitors .figure-value").inner_text()

    panel(page, "Countries").get_by_text("Austria").click()

    expect(page).to_have_url(re.compile(r"f=is,visit:country,AT"))
    expect(page.locator("#figure-visitors .figure-value")).not_to_have_text(whole)
    expect(panel(page, "Countries").locator(".row")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Country is Austria").click()
    expect(page.locator("#figure-visitors .figure-value")).to_have_text(whole)


def test_going_back_shows_the_report_as_it_was(page, report):
    open_report(page, f"{report}?period=7d")
    panel(page, "Countries").get_by_text("Germany").click()
    expect(page.get_by_title("Country is Germany")).to_be_visible()

    page.go_back()

    expect(page.get_by_title("Country is Germany")).to_have_count(0)
    expect(panel(page, "Countries").locator(".row").nth(1)).to_be_visible()


def test_tabs_and_the_charts_figure_stay_when_the_period_changes(page, report):
    open_report(page, report)
    page.get_by_role("link", name="Cities").click()
    expect(panel(page, "Cities").get_by_text("Berlin")).to_be_visible()
    page.locator("#figure-bounce_rate").click()
    expect(page.get_by_role("img", name="Bounce rate a day")).to_be_visible()

    page.locator("summary").filter(has_text="Last 30 days").click()
    page.get_by_role("link", name="Last 7 days").click()

    expect(page.get_by_role("img", name="Bounce rate a day")).to_be_visible()
    expect(panel(page, "Cities")).to_be_visible()
    expect(page).to_have_url(f"{report}?period=7d&metric=bounce_rate&show=cities")


def test_days_of_ones_own_are_chosen_by_two_dates(page, report):
    open_report(page, report)
    page.locator("summary").filter(has_text="Last 30 days").click()
    first, last = page.get_by_label("From", exact=True), page.get_by_label("To", exact=True)
    day = last.input_value()

    first.fill(day)
    page.get_by_role("button", name="Show these days").click()

    expect(page).to_have_url(f"{report}?from={day}&to={day}")
    expect(page.get_by_role("img", name="Visitors an hour")).to_be_visible()


def test_a_filter_can_be_typed(page, report):
    open_report(page, report)
    page.locator("summary").filter(has_text="Filter").click()
    page.get_by_label("What", exact=True).select_option("Page")
    page.get_by_label("How", exact=True).select_option("contains")
    page.get_by_label("Value", exact=True).fill("BEANS")
    page.get_by_role("button", name="Add the filter").click()

    expect(page.get_by_title("Change: Page contains BEANS")).to_be_visible()
    expect(page).to_have_url(f"{report}?period=30d&f=contains,event:page,BEANS")


def test_the_arrow_keys_read_the_chart(page, report):
    open_report(page, f"{report}?period=7d")
    names = page.locator(".plot tbody th").all_inner_texts()
    tip = page.locator(".plot-tip")

    page.locator(".plot-area").focus()
    page.keyboard.press("End")
    expect(tip).to_contain_text(names[-1])
    page.keyboard.press("ArrowLeft")

    expect(tip).to_contain_text(names[-2])
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_the_pointer_reads_the_chart(page, report):
    open_report(page, f"{report}?period=7d")
    box = page.locator(".plot-area").bounding_box()

    page.mouse.move(box["x"] + 2, box["y"] + 100)

    first = page.locator(".plot tbody tr").first.locator("th").inner_text()
    expect(page.locator(".plot-tip")).to_contain_text(first)


def test_a_row_is_reached_and_chosen_by_keyboard(page, report):
    open_report(page, report)
    page.get_by_role("link", name="Versions").focus()
    page.keyboard.press("Tab")

    page.keyboard.press("Enter")

    expect(page.locator(".chip")).to_contain_text("Browser is")
    expect(page.locator("#report")).to_be_focused()


def test_nothing_jumps_while_a_panel_loads(page, report):
    held: list[Route] = []
    page.route("**/widgets/sources?*", lambda route: held.append(route))
    page.goto(report)
    # Those beside it say how high it is.
    expect(page.locator(".panels [aria-busy]")).to_have_count(1)
    waiting = panel(page, "Sources").bounding_box()

    held[0].continue_()

    expect(panel(page, "Sources").locator(".row").first).to_be_visible()
    assert waiting == panel(page, "Sources").bounding_box()


@pytest.mark.parametrize("failure", ["the connection", "the server"])
def test_a_panel_that_fails_says_so_in_its_place_and_tries_again(
    page, complaints, report, failure: str
):
    complaints.expect("widgets/sources|Failed to load resource|htmx:")
    page.route(
        "**/widgets/sources?*",
        lambda route: route.abort() if failure == "the connection" else route.fulfill(status=500),
    )
    page.goto(report)
    expect(panel(page, "Sources").get_by_role("alert")).to_contain_text("could not be fetched")
    expect(panel(page, "Browsers").locator(".row").first).to_be_visible()

    page.unroute_all()
    panel(page, "Sources").get_by_role("button", name="Try again").click()

    expect(panel(page, "Sources").get_by_text("Google")).to_be_visible()


def test_without_scripts_every_figure_is_still_one_click_away(
    browser, client, live_server, report, busy
):
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, client, live_server, busy.team.members.get().user)
    page = context.new_page()
    page.goto(report)
    expect(page.locator("#figure-visitors .figure-value")).not_to_be_empty()

    page.get_by_role("link", name="Countries").click()
    page.get_by_role("link", name="Austria").click()

    expect(page.get_by_title("Country is Austria")).to_be_visible()
    context.close()


def test_hostile_values_stay_text_in_a_real_browser(page, live_server, site):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for number, hostile in enumerate(HOSTILE):
        text = f"{hostile}{number}"
        Goal.objects.create(site=site, display_name=text, page_path="*")
        EventFactory(
            site=site,
            time=timezone.now(),
            props=json.dumps({"plan": text, text: "any"}),
            **dict.fromkeys(TEXT_FIELDS, text),
        )
    report = f"{live_server.url}/sites/{site.domain}/"
    filtered = "?f=is_not,visit:os," + "%3Cscript%3Ealert(1)%3C/script%3E"

    open_report(page, report + filtered)
    for name in [each.name for each in TABLE if each.dimension != "visit:country"]:
        page.goto(f"{report}widgets/{name}{filtered}")
        expect(page.get_by_text("<script>alert(1)</script>0").first).to_be_visible()
        injected = page.locator("img[src=x], svg[onload], main script, [href^='javascript:']")
        assert 0 == injected.count()

    assert [] == dialogs
