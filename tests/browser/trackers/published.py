"""The published packages of trackers, as `tests.tools` installs them, put on a page's own host."""

from playwright.sync_api import Page, Route

from tests.tools import NPM

TRACKERS = NPM / "node_modules"


def serve_packages(page: Page) -> None:
    """Let the page import packages from `/npm/`, unmodified."""

    def fulfil(route: Route) -> None:
        path = TRACKERS / route.request.url.partition("/npm/")[2]
        # Packages for bundlers leave the ending out.
        found = path if path.suffix else path.with_suffix(".js")
        route.fulfill(body=found.read_bytes(), content_type="text/javascript")

    page.route("**/npm/**", fulfil)
