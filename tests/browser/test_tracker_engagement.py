"""How long and how far a page was read, as the tracker tells it, in a real browser."""

from urllib.parse import urlsplit

import pytest

# The window of these tests is 720 px high.
TALL = "<style>body { margin: 0 } p { margin: 0; height: 1440px }</style><p></p>"

HIDE = """
    Object.defineProperty(document, 'hidden', {value: true, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
"""
SHOW = """
    delete document.hidden;
    document.dispatchEvent(new Event('visibilitychange'));
"""


@pytest.fixture
def still_page(page):
    """A page whose clock moves only when told."""
    page.clock.install(time=0)
    page.clock.pause_at(1_000_000)
    return page


@pytest.fixture
def blurrable(page, context):
    """Gives the page the focus or takes it away: Playwright pretends that every page has it."""
    session = context.new_cdp_session(page)
    context.new_page().bring_to_front()

    def focus(focused: bool) -> None:
        session.send("Emulation.setFocusEmulationEnabled", {"enabled": focused})
        # Asked from here, since nothing in the page waits while its clock stands still.
        assert any(page.evaluate("document.hasFocus()") == focused for _ in range(1000))

    return focus


def engagements(hits) -> list[tuple[str, int, int]]:
    return [
        (urlsplit(hit["u"]).path, hit["sd"], hit["e"]) for hit in hits if hit["n"] == "engagement"
    ]


def scroll_to(page, y: int) -> None:
    page.evaluate(
        """y => new Promise((done) => {
            addEventListener('scroll', () => done(), {once: true});
            scrollTo(0, y);
        })""",
        y,
    )


def test_hiding_a_page_tells_time_and_depth(still_page, collector):
    still_page.goto(collector.serve("/read", TALL))
    collector.wait(1)
    still_page.clock.run_for(4200)
    still_page.evaluate(HIDE)

    [_, hit] = collector.wait(2)

    assert {
        "n": "engagement",
        "u": collector.site + "/read",
        "d": "site.example",
        "w": 1280,
        "sd": 50,
        "e": 4200,
    } == {key: value for key, value in hit.items() if key != "id"}


def test_depth_is_the_deepest_and_not_the_last(still_page, collector):
    still_page.goto(collector.serve("/read", TALL))
    scroll_to(still_page, 360)
    scroll_to(still_page, 0)
    still_page.evaluate(HIDE)

    assert [("/read", 75, 0)] == engagements(collector.wait(2))


def test_a_page_no_higher_than_the_window_is_read_to_its_end(still_page, collector):
    still_page.goto(collector.serve("/short", "short"))
    still_page.evaluate(HIDE)

    assert [("/short", 100, 0)] == engagements(collector.wait(2))


def test_depth_follows_a_page_that_grows(still_page, collector):
    still_page.goto(collector.serve("/grows", "<div id=more></div>"))
    still_page.evaluate("more.style.height = '7184px'")
    still_page.evaluate(HIDE)

    assert [("/grows", 10, 0)] == engagements(collector.wait(2))


def test_depth_of_a_page_that_shrinks_is_at_most_its_whole(still_page, collector):
    still_page.goto(collector.serve("/shrinks", TALL))
    scroll_to(still_page, 720)
    still_page.evaluate("document.querySelector('p').style.height = '800px'")
    still_page.evaluate(HIDE)

    assert [("/shrinks", 100, 0)] == engagements(collector.wait(2))


def test_time_is_told_since_the_message_before(still_page, collector):
    still_page.goto(collector.serve("/read", TALL))
    for engaged in (5000, 3000):
        still_page.clock.run_for(engaged)
        still_page.evaluate(HIDE)
        still_page.clock.run_for(60_000)
        still_page.evaluate(SHOW)

    assert [("/read", 50, 3000), ("/read", 50, 5000)] == sorted(engagements(collector.wait(3)))


def test_a_short_look_without_scrolling_is_kept_for_the_next_message(still_page, collector):
    still_page.goto(collector.serve("/read", TALL))
    for engaged in (1000, 2000, 2000):
        still_page.clock.run_for(engaged)
        still_page.evaluate(HIDE)
        still_page.evaluate(SHOW)

    assert [("/read", 50, 1000), ("/read", 50, 4000)] == sorted(engagements(collector.wait(3)))


def test_time_without_focus_does_not_count(still_page, blurrable, collector):
    still_page.goto(collector.serve("/read", TALL))
    still_page.clock.run_for(4000)
    blurrable(False)
    still_page.clock.run_for(60_000)
    blurrable(True)
    still_page.clock.run_for(500)
    still_page.evaluate(HIDE)

    assert [("/read", 50, 4500)] == engagements(collector.wait(2))


def test_leaving_for_another_page_tells_it(still_page, collector):
    still_page.goto(collector.serve("/read", TALL))
    still_page.clock.run_for(4000)
    still_page.goto(collector.serve_bare("/next", "next"))

    assert [("/read", 50, 4000)] == engagements(collector.wait(2))


def test_a_browser_that_hides_no_page_it_leaves_tells_it_too(still_page, collector):
    still_page.goto(collector.serve("/read", TALL))
    still_page.clock.run_for(4000)
    still_page.evaluate("dispatchEvent(new Event('pagehide'))")

    assert [("/read", 50, 4000)] == engagements(collector.wait(2))


def test_navigating_in_a_single_page_application_tells_of_the_page_before(still_page, collector):
    sent = []
    still_page.on("request", lambda request: sent.append(request.post_data_json))
    still_page.goto(collector.serve("/one", TALL + "<p></p>"))
    scroll_to(still_page, 1440)
    still_page.clock.run_for(4000)
    still_page.evaluate(
        """() => {
            history.pushState({}, '', '/two');
            document.querySelector('p').remove();
            scrollTo(0, 0);
        }"""
    )
    still_page.clock.run_for(3500)
    still_page.evaluate(HIDE)
    collector.wait(4)

    hits = [hit for hit in sent if hit and "n" in hit]
    assert (["pageview", "engagement", "pageview", "engagement"], [75, 50], [4000, 3500]) == (
        [hit["n"] for hit in hits],
        [hit["sd"] for hit in hits if "sd" in hit],
        [hit["e"] for hit in hits if "e" in hit],
    )


def test_a_page_is_measured_before_the_application_draws_the_next(still_page, collector):
    still_page.goto(collector.serve("/short", "<div id=app></div>"))
    still_page.clock.run_for(1000)
    still_page.evaluate("app.style.height = '1440px'; history.pushState({}, '', '/next')")

    assert [("/short", 100, 1000)] == engagements(collector.wait(3))


def test_a_click_that_navigates_measures_the_page_before(still_page, collector):
    still_page.goto(
        collector.serve(
            "/grown",
            """<div id=app></div>
            <script>
                onclick = () => {
                    app.style.height = '0';
                    history.pushState({}, '', '/next');
                };
            </script>""",
        )
    )
    still_page.clock.run_for(1000)
    still_page.evaluate("app.style.height = '7184px'; app.click()")

    assert [("/grown", 10, 1000)] == engagements(collector.wait(3))


def test_engagement_repeats_the_properties_of_its_pageview_and_its_url(still_page, collector):
    still_page.goto(collector.serve("/", attributes="data-manual"))
    still_page.evaluate(
        "footfall('pageview', {url: 'https://site.example/item', props: {author: 'Ada'}})"
    )
    still_page.evaluate(HIDE)

    # Both are under way at once, and either may come first.
    [hit] = [each for each in collector.wait(2) if each["n"] == "engagement"]

    assert ("engagement", "https://site.example/item", {"author": "Ada"}) == (
        hit["n"],
        hit["u"],
        hit["p"],
    )


def test_a_page_that_was_not_counted_tells_nothing(still_page, collector):
    still_page.goto(collector.serve("/", attributes="data-manual"))
    still_page.clock.run_for(4000)
    still_page.evaluate(HIDE)
    still_page.evaluate("footfall('last')")

    assert ["last"] == [hit["n"] for hit in collector.wait(1)]
