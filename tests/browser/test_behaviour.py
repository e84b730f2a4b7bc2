"""What a person does with goals, funnels and journeys in a real browser."""

import json
import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.signing_in import sign_in
from tests.factories import EventFactory, SeatFactory
from tracking.models import Site

pytestmark = pytest.mark.django_db(transaction=True)

SIGNUP = {"name": "Signup", "path": "/signup", "props": json.dumps({"plan": "pro"})}


@pytest.fixture
def site(context, client, live_server) -> Site:
    """The site, with four visits, of the person who is signed in with this browser."""
    # Django's server for tests has no sockets, and the page that says so takes the next message.
    context.route_web_socket("**/ws/**", lambda _line: None)
    membership = SeatFactory(site__domain="northpeak.example")
    sign_in(context, client, live_server, membership.user)
    walked(membership.site, "/", "/pricing", "/signup", SIGNUP)
    walked(membership.site, "/", "/pricing", "/help")
    walked(membership.site, "/", "/blog")
    walked(membership.site, "/blog", {"name": "Download"})
    return membership.site


@pytest.fixture
def pages(live_server, site: Site) -> str:
    return f"{live_server.url}/sites/{site.domain}"


def walked(site: Site, *steps: str | dict[str, str]) -> None:
    """A visit: paths of pages, and fields of other events."""
    begin, first = timezone.now() - timedelta(minutes=10), None
    for number, step in enumerate(steps):
        fields = {"path": step} if isinstance(step, str) else step
        joined = {} if first is None else {"visit": first.visit, "visitor": first.visitor}
        time = begin + timedelta(seconds=number)
        event = EventFactory(site=site, time=time, **joined, **fields)
        first = first or event


def named(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def test_a_suggested_event_becomes_a_goal_that_the_report_counts(page, pages):
    page.goto(f"{pages}/goals")
    page.get_by_role("button", name="Add Signup").click()

    expect(page.get_by_text("Added: Signup. Past visits count too.")).to_be_visible()
    expect(page.get_by_role("list", name="Goals")).to_contain_text("Signup")
    expect(page.get_by_role("button", name="Add Signup")).to_have_count(0)
    expect(page.get_by_role("button", name="Add Download")).to_be_visible()
    page.goto(f"{pages}/")
    expect(named(page, "Goals").locator(".row")).to_contain_text(re.compile(r"Signup\s+1\s+1"))


def test_a_funnel_is_put_together_shown_saved_and_opened_again(page, pages):
    def said() -> list[str]:
        return page.locator(".step-rows .js-known:visible").evaluate_all(
            "all => all.map(each => each.value)"
        )

    page.goto(f"{pages}/funnels")
    for number, path in enumerate(("/pricing", "/", "/wrong"), start=1):
        page.get_by_label(f"Step {number}", exact=True).fill(path)
    page.get_by_role("button", name="Another step").press("Enter")
    page.keyboard.type("Signup")
    page.get_by_label("Kind of step 4").select_option("Event")
    page.get_by_label("Properties of step 4").fill("plan=pro")

    page.get_by_role("button", name="Move step 2 up").press("Enter")
    expect(page.get_by_label("Step 1", exact=True)).to_be_focused()
    assert ["/", "/pricing", "/wrong", "Signup"] == said()
    page.get_by_role("button", name="Remove step 3").press("Enter")
    expect(page.get_by_label("Step 3", exact=True)).to_be_focused()
    assert ["/", "/pricing", "Signup"] == said()
    expect(page.get_by_label("Kind of step 3")).to_have_value("event")
    assert [] == Axe().run(page).response["violations"]
    page.get_by_role("button", name="Show the funnel").click()

    expect(page.locator(".funnel-figures b")).to_have_text(["3", "2", "1"])
    expect(page.locator(".funnel-name b").last).to_have_text("Signup · plan is pro")
    after_start = page.get_by_role("region", name="After /", exact=True)
    expect(after_start.locator(".row")).to_have_text(re.compile(r"/blog\s+1\s+100%"))
    after_pricing = page.get_by_role("region", name="After /pricing", exact=True)
    expect(after_pricing.locator(".row")).to_have_text(re.compile(r"/help\s+1\s+100%"))
    page.get_by_label("Save under a name").fill("To signing up")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", name="To signing up")).to_be_visible()
    page.goto(f"{pages}/funnels?new=1")
    page.get_by_role("link", name="To signing up").click()
    expect(page.locator(".funnel-figures b")).to_have_text(["3", "2", "1"])
    page.get_by_role("button", name="Delete “To signing up”").click()
    expect(page.get_by_text("“To signing up” is deleted.")).to_be_visible()


def test_a_form_of_steps_keeps_two_and_has_at_most_eight(page, pages):
    page.goto(f"{pages}/funnels")
    steps = page.locator(".step-rows > :visible")
    for number in (1, 2, 3):
        page.get_by_label(f"Step {number}", exact=True).fill(f"/{number}")

    for _ in range(3):
        page.get_by_role("button", name="Remove step 1").click()
    expect(steps).to_have_count(2)
    expect(page.get_by_label("Step 1", exact=True)).to_have_value("")

    for _ in range(6):
        page.get_by_role("button", name="Another step").click()
    expect(steps).to_have_count(8)
    expect(page.get_by_role("button", name="Another step")).to_be_hidden()


def test_a_journey_is_walked_by_keyboard_forwards_and_backwards(page, pages):
    page.goto(f"{pages}/journeys")
    begin = named(page, "Where visits begin 4 visitors")
    expect(begin.locator(".row")).to_have_text([re.compile(r"/\s+3\s+75%"), re.compile("/blog")])

    begin.get_by_role("link").first.press("Enter")
    second = named(page, "/ 3 visitors")
    expect(second.locator(".row")).to_have_text(
        [re.compile(r"/pricing\s+2\s+67%"), re.compile(r"/blog\s+1\s+33%")]
    )
    # What was chosen keeps the focus; the next key goes on.
    expect(begin.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(second.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    third = named(page, "/pricing 2 visitors")
    expect(third.locator(".row")).to_have_text([re.compile("/help"), re.compile("/signup")])
    expect(page).to_have_url(re.compile(r"path=/&path=/pricing$"))

    page.get_by_label("Show", exact=True).select_option("What led to")
    page.get_by_label("Kind of start").select_option("Page")
    page.get_by_label("Start", exact=True).fill("/pricing")
    page.keyboard.press("Enter")
    named(page, "/pricing 2 visitors").get_by_role("link").first.press("Enter")

    entered = named(page, "/ 2 visitors").locator(".row")
    expect(entered).to_have_text(re.compile(r"Entered\s+2\s+100%"))


def test_back_and_forward_lead_through_journeys_and_the_sections(page, pages):
    columns = page.locator(".journey-stops")
    page.goto(f"{pages}/funnels")
    page.get_by_role("link", name="Journeys").click()
    named(page, "Where visits begin 4 visitors").get_by_role("link").first.click()
    named(page, "/ 3 visitors").get_by_role("link").first.click()
    expect(columns).to_have_count(3)

    page.go_back()
    expect(columns).to_have_count(2)
    expect(page.locator(".journey [aria-current]")).to_have_count(1)
    page.go_back()
    expect(columns).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("heading", name="How far do visitors come?")).to_be_visible()
    for count in (1, 2, 3):
        page.go_forward()
        expect(columns).to_have_count(count)
    expect(named(page, "/pricing 2 visitors").locator(".row").first).to_be_visible()


def test_a_funnel_and_a_journey_keep_the_period_and_the_filter(page, pages):
    page.goto(f"{pages}/?period=7d&f=is,event:page,/blog")
    page.get_by_role("link", name="Journeys").click()

    expect(named(page, "Where visits begin 2 visitors")).to_be_visible()
    page.get_by_role("link", name="Funnels").click()
    for number, path in enumerate(("/", "/blog"), start=1):
        page.get_by_label(f"Step {number}", exact=True).fill(path)
    page.get_by_role("button", name="Show the funnel").click()

    expect(page.locator(".funnel-figures b")).to_have_text(["1", "1"])
    expect(page.get_by_title("Change: Page is /blog")).to_be_visible()
