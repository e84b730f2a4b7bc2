"""What a person does with a report in a real browser: filters, periods, lists, links, keys."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import sample
from tests.browser.conftest import Complaints
from tests.browser.signing_in import sign_in
from tests.factories import EventFactory, SeatFactory
from tracking.models import Segment, SharedLink, Site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(context, complaints: Complaints, client, live_server) -> Site:
    """The site, with two months of visits, of the person who is signed in with this browser."""
    # Django's server for tests has no sockets.
    complaints.expect("/ws/sites/")
    membership = SeatFactory(site__domain="northpeak.example")
    sign_in(context, client, live_server, membership.user)
    sample.store(sample.events(membership.site, timezone.now(), days=61, visits_a_day=10))
    return membership.site


@pytest.fixture
def report(live_server, site: Site) -> str:
    return f"{live_server.url}/sites/{site.domain}/"


def open_report(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".panels [aria-busy]")).to_have_count(0)


def chips(page: Page):
    return page.locator(".chip")


def test_a_filter_is_put_together_from_values_that_are_suggested(page, report):
    open_report(page, report)
    page.locator("summary").filter(has_text="Filter").click()
    page.get_by_label("What").select_option("Country")
    value = page.get_by_role("combobox", name="Value")
    value.press_sequentially("germ")
    expect(page.get_by_role("option", name="Germany")).to_have_attribute("aria-selected", "true")
    value.press("Enter")
    value.press_sequentially("austr")
    page.get_by_role("option", name="Austria").click()
    page.get_by_role("button", name="Or another condition").click()
    page.get_by_label("What").nth(1).select_option("Device")
    page.get_by_role("combobox", name="Value").nth(1).fill("Mobile")
    assert [] == Axe().run(page).response["violations"]

    page.get_by_role("button", name="Add the filter").click()

    expect(chips(page)).to_have_text(re.compile("Country is Germany, Austria or Device is Mobile"))
    assert "f=is,visit:country,DE,AT%7Cis,visit:device,Mobile" in page.url


def test_a_filter_by_a_property_begins_with_its_name(page, site, report):
    sample.store(
        [
            EventFactory.build(
                site=site,
                id=number,
                visit=number,
                visitor=-number,
                time=timezone.now(),
                name="Add to cart",
                props=json.dumps({"size": size, "beans": "Guji"}),
            )
            for number, size in enumerate(("250 g", "1 kg"), start=1)
        ]
    )
    open_report(page, report)
    page.locator("summary").filter(has_text="Filter").click()
    name = page.get_by_role("combobox", name="Property")
    expect(name).to_be_hidden()
    page.get_by_label("What").select_option("Property")
    name.press_sequentially("si")
    expect(page.get_by_role("option", name="size")).to_have_attribute("aria-selected", "true")
    assert [] == Axe().run(page).response["violations"]
    name.press("Enter")
    value = page.get_by_role("combobox", name="Value")
    expect(value).to_be_focused()
    page.get_by_role("option", name="1 kg").click()
    page.get_by_role("button", name="Add the filter").click()

    expect(chips(page)).to_have_text(re.compile("Property size is 1 kg"))
    assert "f=is,event:props:size,1" in page.url
    expect(page.locator("#figure-visitors .figure-value")).to_have_text("1")


def test_a_chip_opens_its_filter_to_be_changed(page, report):
    open_report(page, f"{report}?f=is,visit:country,DE,AT")

    chips(page).get_by_title("Change: Country is").click()
    page.get_by_role("button", name="Remove Germany").click()
    page.get_by_role("button", name="Change the filter").click()

    expect(chips(page)).to_have_text(re.compile(r"Country is Austria\s*"))


def test_filters_are_kept_as_a_segment_and_used_again(page, report):
    open_report(page, f"{report}?f=is,visit:country,DE&period=7d")
    page.locator("summary").filter(has_text="Filter").click()
    page.get_by_label("Save these filters as a segment").fill("Germans")
    page.get_by_role("button", name="Save the segment").click()

    expect(chips(page)).to_have_text(re.compile("Segment Germans"))
    open_report(page, report)
    page.locator("summary").filter(has_text="Filter").click()
    page.get_by_role("link", name="Germans").click()

    expect(page).to_have_url(f"{report}?period=30d&segment={Segment.objects.get().pk}")


def test_dragging_over_the_chart_chooses_a_period(page, report):
    open_report(page, f"{report}?period=30d")
    days = page.locator(".plot tbody tr")
    first, last = (days.nth(n).get_attribute("data-from") for n in (0, 10))
    box = page.locator(".plot-area").bounding_box()
    y = box["y"] + 50

    page.mouse.move(box["x"] + 1, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 10 / 29, y)
    page.mouse.up()

    expect(page).to_have_url(f"{report}?from={first}&to={last}")


def test_the_keyboard_chooses_a_period_of_the_chart(page, report):
    open_report(page, f"{report}?period=30d")
    days = page.locator(".plot tbody tr")
    first, last = (days.nth(n).get_attribute("data-from") for n in (0, 2))
    page.locator(".plot-area").focus()

    for key in ("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)

    expect(page).to_have_url(f"{report}?from={first}&to={last}")


@pytest.mark.parametrize(
    ("key", "ending"),
    [
        ("w", "?period=7d&f=is,visit:country,DE"),
        ("x", "?period=30d"),
        ("l", "live"),
    ],
)
def test_a_key_does_what_the_sheet_of_keys_says(page, report, key, ending):
    open_report(page, f"{report}?f=is,visit:country,DE")

    page.keyboard.press(key)

    expect(page).to_have_url(f"{report}{ending}")


def test_the_sheet_of_keys_opens_and_closes_and_is_accessible(page, report):
    open_report(page, report)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert [] == Axe().run(page).response["violations"]
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_list_is_searched_as_one_types_and_sorted_by_a_click(page, report):
    page.goto(f"{report}widgets/pages")

    page.get_by_role("searchbox").press_sequentially("beans")
    expect(page.locator("tbody tr").filter(has_not_text="beans")).to_have_count(0)
    page.get_by_role("link", name="Pageviews").click()

    expect(page.get_by_role("columnheader", name="Pageviews")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(page.get_by_role("searchbox")).to_have_value("beans")


def test_a_country_on_the_map_filters_the_report(page, report):
    open_report(page, f"{report}?show=map")
    assert [] == Axe().run(page).response["violations"]

    page.locator(".map a", has=page.locator("title", has_text="Germany")).focus()
    page.keyboard.press("Enter")

    expect(chips(page)).to_have_text(re.compile("Country is Germany"))


def test_the_chart_changes_its_steps_and_its_shape(page, report):
    open_report(page, f"{report}?period=30d")

    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.get_by_role("img", name="Visitors a week")).to_be_visible()
    page.get_by_role("link", name="Bars", exact=True).click()

    expect(page.locator(".plot-bar").first).to_be_visible()
    assert "interval=week&chart=bars" in page.url


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_sharing_and_segments_are_accessible_and_fit_their_screen(page, site, report, width):
    page.set_viewport_size({"width": width, "height": 844})
    SharedLink.objects.create(site=site, name="For a friend")
    Segment.objects.create(site=site, name="A segment of a rather long name", filters=[])

    for name in ("sharing", "segments"):
        page.goto(f"{report}{name}")
        assert [] == Axe().run(page).response["violations"]
        assert width >= page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_shared_report_works_without_an_account(browser, site, live_server, width):
    link = SharedLink(site=site, name="For a friend")
    link.set_password("open sesame")
    link.save()
    page = browser.new_page(viewport={"width": width, "height": 844})
    complaints = Complaints(page.context)
    # The form for the password is answered as what may not be seen.
    complaints.expect("403")
    # The server of this test has no websockets.
    page.route_web_socket("**/ws/share/**", lambda _line: None)

    page.goto(f"{live_server.url}/share/{link.token}/")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Show the report").click()
    expect(page.locator(".panels [aria-busy]")).to_have_count(0)
    violations = Axe().run(page).response["violations"]
    fits = width >= page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("region", name="Countries").get_by_text("Austria").click()
    expect(chips(page)).to_have_text(re.compile("Country is Austria"))
    page.context.close()

    assert ([], True, []) == (violations, fits, complaints.unexpected())


def test_sites_are_put_in_order_by_keyboard_and_pinned(page, site, live_server):
    user = site.team.members.get().user
    for name in ("a", "z"):
        SeatFactory(user=user, site__domain=f"{name}.example")
    page.goto(f"{live_server.url}/sites/")
    assert [] == Axe().run(page).response["violations"]

    with page.expect_response("**/sites/order"):
        page.get_by_role("button", name="Move z.example").press("ArrowUp")
    page.get_by_role("button", name="Pin northpeak.example").click()

    expect(page.locator(".site-link")).to_have_text(["northpeak.example", "a.example", "z.example"])


def test_escape_closes_a_menu_before_it_leaves_a_list(page, report):
    page.goto(f"{report}widgets/pages")
    page.get_by_text("Last 30 days").first.click()
    menu = page.locator("details.menu[open]")
    expect(menu).to_have_count(1)

    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page).to_have_url(f"{report}widgets/pages")
    page.locator("body").press("Escape")

    expect(page).to_have_url(f"{report}?period=30d")


def test_the_pointer_reads_the_bar_under_it(page, report):
    open_report(page, f"{report}?period=7d&chart=bars")
    first = page.locator(".plot tbody th").first.inner_text()
    box = page.locator(".plot-area").bounding_box()

    page.mouse.move(box["x"] + box["width"] * 0.9 / 7, box["y"] + 50)

    expect(page.locator(".plot-tip span").first).to_have_text(first)
