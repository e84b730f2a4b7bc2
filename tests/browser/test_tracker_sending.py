"""How the tracker sends: retries, opt-out, and pages where little works, in a real browser."""

import pytest

from tests.browser.collector import DROP

# Resolves when the tracker has seen what became of its first attempt.
SIGNUP = "new Promise((done) => footfall('Signup', {callback: done}))"
LAST = "new Promise((done) => footfall('last', {callback: done}))"


@pytest.fixture
def quiet_page(page, collector):
    """A page on which nothing is counted by itself and time stands still."""
    page.clock.install(time=0)
    page.goto(collector.serve("/quiet", attributes="data-manual"))
    page.clock.pause_at(1_000_000)
    return page


def names_and_ids(hits) -> tuple[list[str], int]:
    return [hit["n"] for hit in hits], len({hit["id"] for hit in hits})


@pytest.mark.parametrize("failure", [503, 500, 429, DROP])
def test_a_failed_hit_is_sent_again_with_the_same_id(quiet_page, collector, complaints, failure):
    complaints.expect("Failed to load resource")
    collector.answer(failure)
    quiet_page.evaluate(SIGNUP)
    quiet_page.clock.run_for(2000)

    assert (["Signup", "Signup"], 1) == names_and_ids(collector.wait(2))


def test_the_retry_waits_two_seconds(quiet_page, collector, complaints):
    complaints.expect("Failed to load resource")
    collector.answer(503)
    quiet_page.evaluate(SIGNUP)
    quiet_page.clock.run_for(1900)
    quiet_page.evaluate(LAST)

    assert (["Signup", "last"], 2) == names_and_ids(collector.hits)


def test_a_hit_is_tried_no_more_than_twice(quiet_page, collector, complaints):
    complaints.expect("Failed to load resource")
    collector.answer(503, 503)
    quiet_page.evaluate(SIGNUP)
    quiet_page.clock.run_for(2000)
    collector.wait(2)
    quiet_page.clock.run_for(60_000)
    quiet_page.evaluate(LAST)

    assert (["Signup", "Signup", "last"], 2) == names_and_ids(collector.hits)


@pytest.mark.parametrize("status", [202, 200, 400, 404])
def test_an_answer_that_would_be_the_same_again_is_final(quiet_page, collector, complaints, status):
    complaints.expect("Failed to load resource")
    collector.answer(status)
    answer = quiet_page.evaluate(SIGNUP)
    quiet_page.clock.run_for(60_000)
    quiet_page.evaluate(LAST)

    assert ({"status": status}, ["Signup", "last"]) == (
        answer,
        [hit["n"] for hit in collector.hits],
    )


def test_offline_the_retry_waits_for_the_network(quiet_page, context, collector, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    context.set_offline(True)
    answer = quiet_page.evaluate(SIGNUP)
    quiet_page.clock.run_for(60_000)
    context.set_offline(False)

    assert ({"status": 0}, ["Signup"]) == (answer, [hit["n"] for hit in collector.wait(1)])


def test_leaving_the_page_sends_what_failed(quiet_page, collector, complaints):
    complaints.expect("Failed to load resource")
    collector.answer(503)
    quiet_page.evaluate(SIGNUP)
    quiet_page.goto(collector.serve_bare("/next", "next"))

    assert (["Signup", "Signup"], 1) == names_and_ids(collector.wait(2))


def test_a_hit_outlives_its_page_and_carries_no_credentials(page, collector):
    page.add_init_script(
        "const real = fetch; fetch = (url, options) => real(url, window.used = options)"
    )
    page.goto(collector.site)
    collector.wait(1)

    assert (True, "omit") == tuple(page.evaluate("[used.keepalive, used.credentials]"))


@pytest.mark.parametrize("key", ["footfall_ignore", "plausible_ignore"])
def test_who_opted_out_is_not_counted(page, collector, key):
    page.add_init_script(f"localStorage.{key} = 'true'")
    page.goto(collector.site)
    page.evaluate("history.pushState({}, '', '/b')")
    page.evaluate(SIGNUP)
    page.goto(collector.site + "/c")
    page.evaluate(SIGNUP)

    assert [] == collector.hits


def test_a_link_opts_out_and_another_opts_in_again(page, collector):
    page.goto(collector.site + "/a?footfall_ignore=true")
    page.goto(collector.site + "/b")
    page.evaluate(SIGNUP)
    ignored = list(collector.hits)
    page.goto(collector.site + "/c#footfall_ignore=false")

    assert ([], [collector.site + "/c"]) == (ignored, [hit["u"] for hit in collector.wait(1)])


def test_a_page_opened_as_a_file_is_not_counted(page, collector, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(collector.snippet('data-domain="site.example"'))
    page.goto(file.as_uri())
    page.evaluate(SIGNUP)

    assert [] == collector.hits


def test_a_sandboxed_frame_without_storage_is_counted(page, collector):
    collector.serve("/framed", "<script>footfall('Shown')</script>")
    page.goto(collector.serve_bare("/", "<iframe sandbox='allow-scripts' src='/framed'></iframe>"))

    assert {("pageview", collector.site + "/framed"), ("Shown", collector.site + "/framed")} == {
        (hit["n"], hit["u"]) for hit in collector.wait(2)
    }


def test_a_content_security_policy_that_forbids_sending_disturbs_nothing(
    page, collector, complaints
):
    complaints.expect("Content Security Policy")
    policy = f"script-src {collector.stats}; connect-src 'none'"
    page.goto(collector.serve("/", Content_Security_Policy=policy))

    assert ({"status": 0}, []) == (page.evaluate(SIGNUP), collector.hits)


@pytest.mark.parametrize(
    "breakage",
    [
        "delete window.crypto; window.crypto = undefined",
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no storage') }})",
        "Object.freeze(history)",
        "Object.defineProperty(document, 'scrollingElement', {value: null})",
        "document.hasFocus = undefined",
        "window.performance.now = undefined",
        "window.addEventListener = undefined",
        "window.footfall = null",
    ],
)
def test_a_page_with_a_broken_api_is_counted_and_sees_no_error(page, collector, breakage):
    page.add_init_script("Object.defineProperty(window, 'crypto', {writable: true, value: crypto})")
    page.add_init_script(breakage)
    page.goto(collector.site)
    page.evaluate("history.pushState({}, '', '/b')")
    page.evaluate(SIGNUP)

    assert {"pageview", "Signup"} <= {hit["n"] for hit in collector.wait(2)}


@pytest.mark.parametrize(
    "breakage",
    [
        "window.fetch = undefined",
        "window.fetch = () => { throw new Error('no fetch') }",
        "window.fetch = () => Promise.reject(new Error('no fetch'))",
        "JSON.stringify = undefined",
        "Object.defineProperty(document, 'currentScript', {value: null})",
    ],
)
def test_a_page_on_which_nothing_can_be_sent_sees_no_error(page, collector, breakage):
    page.add_init_script(breakage)
    page.goto(collector.site + "/a")
    page.evaluate("window.footfall?.('Signup', {props: {a: 1}})")
    page.evaluate("history.pushState({}, '', '/b')")

    assert [] == collector.hits


@pytest.mark.parametrize(
    "call",
    ["footfall()", "footfall('a', null)", "footfall('a', 'b')", "footfall({}, {props: window})"],
)
def test_a_careless_call_does_not_throw(page, collector, call):
    page.goto(collector.site)

    assert [None] == page.evaluate(f"[{call}]")


def test_an_error_in_the_callback_of_a_page_is_reported_to_it(page, collector, complaints):
    complaints.expect("mine")
    page.goto(collector.site)
    with page.expect_event("pageerror") as error:
        page.evaluate("footfall('Signup', {callback() { throw new Error('mine') }})")

    assert "mine" == error.value.message
