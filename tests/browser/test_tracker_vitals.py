"""Web vitals of a page, as a real browser measures them."""

from pathlib import Path

from tests.browser.collector import EVENT_PATH, SOURCE
from tests.browser.test_tracker_engagement import HIDE, SHOW
from tracking.ingest.script import build
from tracking.ingest.scripts import with_vitals

PART = Path(SOURCE).with_name("vitals.js")
# It is drawn anew, lower, after each click, which keeps the page busy for a while.
PAGE = """
    <div id=room></div><button>A button</button><p>Some text of some length</p>
    <script>
        document.querySelector("button").addEventListener("click", () => {
            const until = performance.now() + 60;
            while (performance.now() < until);
        });
        requestAnimationFrame(() => setTimeout(() => { room.style.height = "200px"; }, 50));
    </script>
"""


def test_web_vitals_are_told_once_when_the_page_is_left(page, collector):
    collector.script = build(with_vitals(SOURCE.read_text(), PART.read_text()), EVENT_PATH).body
    page.goto(collector.serve("/measured", PAGE, "data-presence=false"))
    page.wait_for_function("room.offsetHeight == 200")
    page.get_by_role("button").click()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))")
    for change in (HIDE, SHOW, HIDE):
        page.evaluate(change)
    collector.wait(3)
    page.evaluate("footfall('last')")

    hits = collector.wait_for("last")

    [told] = [hit for hit in hits if "vitals" in hit]
    vitals = told["vitals"]
    assert ("engagement", {"lcp", "inp", "cls", "fcp", "ttfb"}) == (told["n"], set(vitals))
    assert 0 <= vitals["ttfb"] <= vitals["fcp"] <= vitals["lcp"]
    assert vitals["cls"] > 0
    assert vitals["inp"] >= 48
