"""What the tracker tells of a page that is open, in a real browser whose clock stands still."""

from urllib.parse import urlsplit

import pytest

from tests.browser.collector import DROP
from tests.browser.test_tracker_engagement import HIDE, SHOW

# Counts the beats whose answers the tracker has read, in a task after the one in which it has.
COUNT_ANSWERS = """{
    window.answered = 0;
    const later = () => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => answered++;
        channel.port2.postMessage(0);
    };
    const real = fetch;
    window.fetch = async (address, options) => {
        const isBeat = String(address).endsWith("/here");
        try {
            const answer = await real(address, options);
            if (isBeat && !answer.ok) later();
            const text = answer.text.bind(answer);
            answer.text = async () => {
                const read = await text();
                later();
                return read;
            };
            return answer;
        } catch (error) {
            if (isBeat) later();
            throw error;
        }
    };
}"""


@pytest.fixture
def still_page(page):
    """A page whose clock moves only when told."""
    page.clock.install(time=0)
    page.clock.pause_at(1_000_000)
    page.add_init_script(COUNT_ANSWERS)
    return page


@pytest.fixture
def every_5_s(collector):
    collector.tell = lambda _beat: 5
    return collector


def let_answers_come(page, count: int) -> None:
    """Returns when the tracker has read so many answers; asked, for the page's clock stands."""
    assert any(page.evaluate("answered") >= count for _ in range(2000))


def opened(page, collector, path: str = "/", attributes: str = ""):
    """The page, after its first beat was answered."""
    collector.serve(path.partition("#")[0], attributes=attributes)
    page.goto(collector.site + path)
    collector.wait(1)
    page.clock.run_for(20)
    collector.wait_beats(1)
    let_answers_come(page, 1)
    return page


def wait_out(page, collector, count: int, milliseconds: int) -> list[str]:
    """Let that time pass; gives the states of the `count` beats that came until then."""
    page.clock.run_for(milliseconds)
    collector.wait_beats(count)
    let_answers_come(page, count)
    return states(collector)


def states(collector) -> list[str]:
    return [beat["s"] for beat in collector.beats]


def test_a_page_that_is_looked_at_beats_at_once(still_page, collector):
    opened(still_page, collector, "/read?q=a#part")

    [beat], [headers] = collector.beats, collector.beat_headers

    assert {
        "d": "site.example",
        "u": collector.site + "/read?q=a",
        "t": beat["t"],
        "i": 1,
        "s": "active",
    } == beat
    assert ("text/plain;charset=UTF-8", None) == (headers["Content-Type"], headers.get("Cookie"))


def test_it_beats_again_after_the_seconds_that_it_is_told(still_page, every_5_s):
    opened(still_page, every_5_s)
    wait_out(still_page, every_5_s, 1, 4900)
    wait_out(still_page, every_5_s, 2, 200)
    wait_out(still_page, every_5_s, 3, 5000)

    assert ([1, 2, 3], 1) == (
        [beat["i"] for beat in every_5_s.beats],
        len({beat["t"] for beat in every_5_s.beats}),
    )


def test_each_page_load_is_a_page_of_its_own(still_page, collector):
    opened(still_page, collector)
    opened(still_page, collector)
    beats = collector.wait_beats(3)

    assert (["active", "left", "active"], 2) == (
        [beat["s"] for beat in beats],
        len({beat["t"] for beat in beats}),
    )


def test_a_page_whose_reader_does_nothing_for_half_a_minute_is_idle(still_page, collector):
    collector.tell = lambda _beat: 29
    opened(still_page, collector)

    assert ["active", "active", "idle"] == [
        *wait_out(still_page, collector, 2, 29_000)[:2],
        wait_out(still_page, collector, 3, 29_000)[2],
    ]


@pytest.mark.parametrize(
    "act",
    [
        lambda page: page.mouse.move(10, 10),
        lambda page: page.keyboard.press("ArrowDown"),
        lambda page: page.mouse.click(20, 20),
    ],
    ids=["pointer", "key", "click"],
)
def test_a_reader_who_does_something_is_active_again(still_page, collector, act):
    collector.tell = lambda _beat: 40
    opened(still_page, collector)
    wait_out(still_page, collector, 2, 40_000)
    still_page.clock.run_for(30_000)
    act(still_page)

    assert ["active", "idle", "active"] == wait_out(still_page, collector, 3, 10_000)


def test_a_hidden_page_has_left_at_once_and_is_silent(still_page, every_5_s):
    opened(still_page, every_5_s)
    still_page.evaluate(HIDE)
    every_5_s.wait_beats(2)

    assert ["active", "left"] == wait_out(still_page, every_5_s, 2, 60_000)


def test_a_page_that_is_shown_again_is_there_at_once(still_page, every_5_s):
    opened(still_page, every_5_s)
    still_page.evaluate(HIDE)
    still_page.evaluate(SHOW)

    assert ["active", "left", "active"] == wait_out(still_page, every_5_s, 3, 20)


@pytest.mark.parametrize("answer", [0, "nonsense", -1])
def test_a_page_that_is_told_to_stop_is_silent(still_page, collector, answer):
    collector.tell = lambda _beat: answer
    opened(still_page, collector)

    assert ["active"] == wait_out(still_page, collector, 1, 120_000)


@pytest.mark.parametrize("failure", [500, 503, 429, DROP])
def test_a_lost_beat_is_told_again_after_a_second(still_page, every_5_s, complaints, failure):
    complaints.expect("Failed to load resource")
    every_5_s.answer_beats(200, failure)
    opened(still_page, every_5_s)
    wait_out(still_page, every_5_s, 2, 5000)
    wait_out(still_page, every_5_s, 3, 1000)

    assert 4 == len(wait_out(still_page, every_5_s, 4, 5000))


def test_lost_beats_are_told_more_and_more_rarely(still_page, every_5_s, complaints):
    complaints.expect("Failed to load resource")
    every_5_s.answer_beats(200, *[503] * 5)
    opened(still_page, every_5_s)
    for count, seconds in enumerate([5, 1, 4, 16, 60], start=2):
        wait_out(still_page, every_5_s, count - 1, seconds * 1000 - 100)
        wait_out(still_page, every_5_s, count, 100)

    assert 6 == len(every_5_s.beats)


@pytest.mark.parametrize("status", [400, 404, 405])
def test_where_nobody_takes_beats_there_is_one(still_page, every_5_s, complaints, status):
    complaints.expect("Failed to load resource")
    every_5_s.answer_beats(status)
    opened(still_page, every_5_s)

    assert 1 == len(wait_out(still_page, every_5_s, 1, 120_000))


def test_a_network_that_is_back_is_used_at_once(still_page, every_5_s, context, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    opened(still_page, every_5_s)
    context.set_offline(True)
    still_page.clock.run_for(5000)
    let_answers_come(still_page, 2)
    context.set_offline(False)
    still_page.evaluate("0")

    assert [1, 3] == [beat["i"] for beat in wait_for_next(still_page, every_5_s, 2)]


def wait_for_next(page, collector, count: int):
    page.clock.run_for(100)
    return collector.wait_beats(count)


def test_the_next_page_of_an_application_is_told_at_once(still_page, every_5_s):
    opened(still_page, every_5_s, "/first")
    still_page.evaluate("history.pushState({}, '', '/second')")
    wait_out(still_page, every_5_s, 2, 20)

    assert ["/first", "/second"] == [urlsplit(beat["u"]).path for beat in every_5_s.beats]


def test_in_hash_mode_the_part_after_the_hash_is_the_page(still_page, collector):
    opened(still_page, collector, "/app#/inbox", "data-hash")

    [beat] = collector.beats

    assert (collector.site + "/app#/inbox", 1) == (beat["u"], beat["h"])


def test_beats_can_be_turned_off(still_page, collector):
    still_page.goto(collector.serve("/quiet", attributes='data-presence="false"'))
    collector.wait(1)
    still_page.clock.run_for(60_000)
    still_page.evaluate(HIDE)
    collector.wait(2)

    assert [] == collector.beats


@pytest.mark.parametrize("address", ["/?footfall_ignore=true", "/manual"])
def test_a_page_that_was_not_counted_has_no_beats(still_page, collector, address):
    collector.serve("/manual", attributes="data-manual")
    still_page.goto(collector.site + address)
    still_page.clock.run_for(60_000)
    still_page.goto(collector.elsewhere + "/other")
    collector.wait(1)

    assert [] == [beat for beat in collector.beats if beat["d"] == "site.example"]


def test_beats_store_nothing_in_the_browser(still_page, collector, context):
    opened(still_page, collector)

    assert ([], 0, 0) == (
        context.cookies(),
        still_page.evaluate("localStorage.length"),
        still_page.evaluate("sessionStorage.length"),
    )
