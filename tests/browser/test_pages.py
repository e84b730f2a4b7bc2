"""Each page as people meet it: on a desk and on a phone, by day and by night."""

import re
from itertools import product

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect

from tests.browser import filled
from tests.browser.conftest import add_site
from tests.prepared import OWNER, PASSWORD
from tests.server import CHROME, ROOT, Server

pytestmark = pytest.mark.stack

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
LONG = "a-rather-long-sub-domain-of-a-shop.with-many-parts.example"

OUTSIDE = [
    "/sign-in",
    "/password/forgotten",
    "/password/sent",
    "/password/link",
    "/account/email/sent",
    "/account/email/confirm",
]
INSIDE = [
    "/sites/",
    "/sites/new",
    "/sites/waiting.example/install",
    "/sites/visited.example/install",
    "/sites/waiting.example/settings",
    "/sites/waiting.example/hits",
    "/sites/waiting.example/privacy",
    "/privacy/waiting.example",
    "/sites/waiting.example/transfer",
    "/sites/waiting.example/webhooks",
    "/sites/waiting.example/audit",
    "/sites/waiting.example/people",
    "/sites/waiting.example/hand-over",
    "/teams",
    "/teams/1",
    "/teams/1/delete",
    "/sites/waiting.example/delete",
    f"/sites/{LONG}/settings",
    "/keys",
    "/password",
    "/account",
    "/account/email",
    "/account/preferences",
    "/account/sessions",
    "/account/sign-in",
    "/styles",
    "/styles/mail",
]
# Of the site that has visits, goals, funnels, alerts and notes.
OF_VISITS = [
    "?f=is,event:goal,Purchase&show=properties",
    "page?path=/pricing",
    "visits",
    "goals",
    "goals/1",
    "goals/revenue",
    "funnels",
    "funnels?new=1",
    "funnels?step=page,/&step=page,/nowhere&step=goal,Gone",
    "journeys?path=/&path=/pricing",
    "journeys?start=page,/pricing&direction=before",
    "retention",
    "vitals",
    "notes",
    "alerts",
    "alerts?watches=goal",
    "alerts/1",
    "reports",
    "reports/preview",
    "transfer",
]
# Where nothing arrived yet.
OF_NOTHING = ["goals", "journeys", "retention", "vitals"]
ERRORS = ["400", "403", "403_csrf", "404", "429", "500"]
REFUSALS = ["/register", "/welcome?key=guess"]
ADMIN = [
    "",
    "status",
    "accounts/user/1/change/",
    "accounts/user/add/",
    "tracking/site/1/change/",
    "tracking/event/",
    "tracking/quarantinedhit/",
]


@pytest.fixture(scope="module")
def sites(owner_client: httpx.Client) -> None:
    for domain in ("waiting.example", "visited.example", LONG):
        add_site(owner_client, domain)


@pytest.fixture(scope="module")
def visits(running: Server, owner_client: httpx.Client) -> None:
    """The site of `filled`."""
    filled.fill(running, owner_client)


@pytest.fixture(scope="module")
def signed_in(running: Server, browser: Browser, sites: None) -> dict:
    """The state of a browser in which the owner is signed in and a visit was made."""
    context = browser.new_context(user_agent=CHROME)
    page = context.new_page()
    page.goto(f"{running.url}/visit/visited.example/visited")
    page.goto(f"{running.url}/sign-in")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sites/")
    page.goto(f"{running.url}/sites/visited.example/install")
    expect(page.get_by_role("link", name="Watch it live")).to_be_visible()
    page.goto(f"{running.url}/sign-in/confirm?next=/keys")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/keys")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def owner(context, page, signed_in) -> Page:
    """A page of the owner's."""
    context.add_cookies(signed_in["cookies"])
    return page


def faults(page: Page) -> list[str]:
    """What is wrong with a page in any width and scheme: axe's rules, sideways scroll, the bar."""
    found = []
    for width, scheme in product(WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        where = f"{width} {scheme}"
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"] for node in violation["nodes"]]
            found.append(f"{where}: {violation['id']} {nodes}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{where}: scrolls sideways")
        if page.locator(".bar").bounding_box()["height"] > 57:
            found.append(f"{where}: the bar has more than one row")
    return found


@pytest.mark.parametrize("path", OUTSIDE)
def test_page_before_sign_in_has_no_fault(running, page, path):
    page.goto(running.url + path)

    assert [] == faults(page)


@pytest.mark.parametrize("path", INSIDE)
def test_page_after_sign_in_has_no_fault(running, owner, path):
    owner.goto(running.url + path)

    assert [] == faults(owner)


@pytest.mark.parametrize("path", OF_VISITS)
def test_page_of_visits_has_no_fault(running, owner, visits, path):
    owner.goto(f"{running.url}/sites/{filled.DOMAIN}/{path}")
    expect(owner.locator("[aria-busy]")).to_have_count(0)

    assert [] == faults(owner)


@pytest.mark.parametrize("path", OF_NOTHING)
def test_page_of_no_visits_has_no_fault(running, owner, path):
    owner.goto(f"{running.url}/sites/waiting.example/{path}")
    expect(owner.locator("[aria-busy]")).to_have_count(0)

    assert [] == faults(owner)


@pytest.mark.parametrize("path", REFUSALS)
def test_refusal_has_no_fault(running, page, complaints, path):
    complaints.expect("status of 403")
    page.goto(running.url + path)

    assert [] == faults(page)


@pytest.mark.parametrize("name", ERRORS)
def test_page_of_an_error_has_no_fault(running, page, settings, name):
    # Rendered here, because nothing makes a server fail to order; with the server's own styles.
    hashed = {"BACKEND": "proj.static_files.HashedStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    settings.STATIC_ROOT = ROOT / ".cache" / "static"
    body = render_to_string(f"{name}.html", {"wait": "30 seconds"})
    page.route("**/broken", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{running.url}/broken")

    assert [] == faults(page)


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/sites/new", "Add the site"),
        ("/password", "Change the password"),
        ("/sites/waiting.example/delete", "Delete the site"),
    ],
)
def test_form_that_was_refused_has_no_fault(running, owner, path, button):
    owner.goto(running.url + path)
    owner.locator("form[method=post] input:not([type=hidden])").evaluate_all(
        "fields => fields.forEach(field => { if (field.form.querySelector('.btn')) "
        "field.value = 'not what it asks for' })"
    )
    owner.get_by_role("button", name=button).click()
    expect(owner.locator(".field-error").first).to_be_visible()

    assert [] == faults(owner)


@pytest.mark.parametrize("path", ADMIN)
def test_admin_lives_with_the_content_security_policy(running, owner, path):
    owner.goto(f"{running.url}/admin/{path}")

    expect(owner.get_by_role("link", name="Footfall").first).to_be_visible()


def test_open_menus_have_no_fault(running, owner):
    owner.goto(f"{running.url}/sites/waiting.example/settings")
    owner.locator(".menu-site > summary").click()
    assert [] == faults(owner)

    # Opening one closes the other.
    owner.locator(".menu-end > summary").click()
    assert [] == faults(owner)
    expect(owner.locator("details.menu[open]")).to_have_count(1)


def test_escape_closes_a_menu_and_gives_the_focus_back(running, owner):
    owner.goto(f"{running.url}/sites/waiting.example/settings")
    owner.locator(".menu-site > summary").press("Enter")
    expect(owner.get_by_role("navigation", name="Sites")).to_be_visible()

    owner.keyboard.press("Tab")
    owner.keyboard.press("Escape")

    expect(owner.get_by_role("navigation", name="Sites")).to_be_hidden()
    expect(owner.locator(".menu-site > summary")).to_be_focused()


def test_first_key_offers_to_skip_the_bar(running, owner):
    owner.goto(f"{running.url}/sites/")

    owner.keyboard.press("Tab")
    expect(owner.get_by_role("link", name="Skip to content")).to_be_in_viewport(ratio=1)
    owner.keyboard.press("Enter")

    expect(owner.locator("#main")).to_be_focused()


def test_new_key_opens_the_api_until_it_is_revoked(running, owner):
    owner.goto(f"{running.url}/keys")
    owner.get_by_label("Name").fill("Monday's report")
    owner.get_by_label("See sites and goals").check()
    owner.get_by_role("button", name="Make the key").click()
    key = owner.locator("#key").inner_text()
    assert [] == faults(owner)

    def status() -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.get(f"{running.url}/api/v1/sites", headers=headers).status_code

    before = status()
    owner.get_by_role("button", name="Revoke Monday's report").click()
    expect(owner.get_by_text("Monday's report is revoked.")).to_be_visible()

    assert (200, 401) == (before, status())


def test_privacy_is_chosen_and_published_and_a_visitor_erased(running, owner, browser):
    owner.goto(f"{running.url}/sites/visited.example/privacy")
    owner.get_by_label("How long a visitor is known again").select_option("7 days")
    owner.get_by_label("Know visitors by the site's own ids").check()
    owner.get_by_label("Publish the data page").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Tick this to know visitors for longer.")).to_be_visible()
    assert [] == faults(owner)
    owner.get_by_label("I have considered").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("The choices are saved.")).to_be_visible()

    anonymous = browser.new_context().new_page()
    anonymous.goto(f"{running.url}/privacy/visited.example")
    expect(anonymous.get_by_text("another every 7 days")).to_be_visible()
    assert [] == faults(anonymous)
    anonymous.context.close()

    hit = {"n": "pageview", "d": "visited.example", "u": "https://visited.example/"}
    agent = {"User-Agent": CHROME}
    httpx.post(f"{running.url}/api/event", json=hit | {"visitor": "ada"}, headers=agent)
    owner.get_by_label("The visitor's id").fill("ada")
    owner.get_by_role("button", name="See what is stored").click()
    expect(owner.get_by_role("button", name="Download")).to_be_visible()
    assert [] == faults(owner)
    owner.get_by_label("Erase it for good").check()
    owner.get_by_role("button", name="Erase the visitor").click()
    expect(owner.get_by_text("Erased:")).to_be_visible()
    owner.get_by_label("The visitor's id").fill("ada")
    owner.get_by_role("button", name="See what is stored").click()
    expect(owner.get_by_text("Nothing is stored of this visitor.")).to_be_visible()


def test_snippet_is_copied_and_says_so(running, context, owner):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    owner.goto(f"{running.url}/sites/waiting.example/install")

    owner.get_by_role("button", name="Copy").first.click()

    expect(owner.get_by_text("Copied")).to_be_visible()
    assert (
        f'<script defer data-domain="waiting.example" src="{running.url}/js/script.js"></script>'
    ) == owner.evaluate("navigator.clipboard.readText()")


def test_snippet_is_selected_where_the_clipboard_is_closed(running, context, owner):
    context.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    owner.goto(f"{running.url}/sites/waiting.example/install")

    owner.get_by_role("button", name="Copy").first.click()

    expect(owner.get_by_text(re.compile("^Selected"))).to_be_visible()
    assert "<script defer" in owner.evaluate("getSelection().toString()")


def test_zone_of_the_browser_is_chosen_for_a_new_site(running, browser, signed_in):
    context = browser.new_context(timezone_id="Pacific/Auckland", storage_state=signed_in)
    page = context.new_page()
    page.goto(f"{running.url}/sites/new")

    expect(page.get_by_label("Time zone")).to_have_value("Pacific/Auckland")
    context.close()
