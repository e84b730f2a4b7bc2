"""Names, versions and kinds of device that user agent strings give."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.enrich.user_agent import Agent, parse

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        pytest.param(
            f"{WINDOWS} {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
            Agent("Chrome", "120.0", "Windows", "10", "Desktop"),
            id="chrome-windows",
        ),
        pytest.param(
            f"{WINDOWS} {WEBKIT} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.61",
            Agent("Microsoft Edge", "120.0", "Windows", "10", "Desktop"),
            id="edge-windows",
        ),
        pytest.param(
            f"{WINDOWS} {WEBKIT} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0",
            Agent("Opera", "106.0", "Windows", "10", "Desktop"),
            id="opera-windows",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
            Agent("Internet Explorer", "11.0", "Windows", "7", "Desktop"),
            id="internet-explorer",
        ),
        pytest.param(
            f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
            Agent("Safari", "17.1", "Mac", "10.15", "Desktop"),
            id="safari-mac",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
            Agent("Firefox", "120.0", "GNU/Linux", "", "Desktop"),
            id="firefox-linux",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
            Agent("Firefox", "120.0", "Ubuntu", "", "Desktop"),
            id="firefox-ubuntu",
        ),
        pytest.param(
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
            Agent("Chrome", "120.0", "Chrome OS", "14541.0", "Desktop"),
            id="chrome-os",
        ),
        pytest.param(
            f"{IPHONE} {IOS_WEBKIT} Version/17.1 Mobile/15E148 Safari/604.1",
            Agent("Safari", "17.1", "iOS", "17.1", "Mobile"),
            id="safari-iphone",
        ),
        pytest.param(
            f"{IPHONE} {IOS_WEBKIT} CriOS/120.0.6099.50 Mobile/15E148 Safari/604.1",
            Agent("Chrome", "120.0", "iOS", "17.1", "Mobile"),
            id="chrome-iphone",
        ),
        pytest.param(
            f"{IPHONE} {IOS_WEBKIT} FxiOS/120.0 Mobile/15E148 Safari/605.1.15",
            Agent("Firefox", "120.0", "iOS", "17.1", "Mobile"),
            id="firefox-iphone",
        ),
        pytest.param(
            f"{IPHONE} {IOS_WEBKIT} Mobile/15E148 Instagram 300.0.0.29.110",
            Agent("Mobile App", "", "iOS", "17.1", "Mobile"),
            id="instagram-app",
        ),
        pytest.param(
            f"Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) {IOS_WEBKIT} Version/17.1"
            " Mobile/15E148 Safari/604.1",
            Agent("Safari", "17.1", "iPadOS", "17.1", "Tablet"),
            id="safari-ipad",
        ),
        pytest.param(
            f"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) {IOS_WEBKIT} Version/12.1"
            " Mobile/15E148 Safari/604.1",
            Agent("Safari", "12.1", "iOS", "12.5", "Tablet"),
            id="ipad-before-ipados",
        ),
        pytest.param(
            f"{ANDROID} {WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36",
            Agent("Chrome", "120.0", "Android", "10", "Mobile"),
            id="chrome-android",
        ),
        pytest.param(
            f"{ANDROID} {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
            Agent("Chrome", "120.0", "Android", "10", "Tablet"),
            id="chrome-android-tablet",
        ),
        pytest.param(
            f"{ANDROID} {WEBKIT} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
            Agent("Samsung Browser", "23.0", "Android", "10", "Mobile"),
            id="samsung-browser",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 8.1.0; SM-J530 Build/M1AJQ; wv) AppleWebKit/537.36"
            " (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.43 Mobile Safari/537.36",
            Agent("Mobile App", "", "Android", "8.1", "Mobile"),
            id="android-web-view",
        ),
        pytest.param(
            f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/79.0.3945.79 Safari/537.36",
            Agent("Chrome", "79.0", "webOS", "", "Desktop"),
            id="television",
        ),
        pytest.param("", Agent(), id="empty"),
        pytest.param("\0", Agent(), id="nul"),
        pytest.param("\ud800", Agent(), id="lone-surrogate"),
        pytest.param("狐狸 ブラウザ", Agent(), id="unicode"),
    ],
)
def test_parse_names_as_plausible_does(user_agent, expected):
    assert expected == parse(user_agent)


def test_parse_reads_no_further_than_its_first_512_bytes():
    assert Agent() == parse("x" * 512 + f"{ANDROID} {WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36")


@pytest.mark.parametrize(
    "text",
    ["Mozilla/5.0 (" + "a;" * 5_000_000, "1." * 5_000_000, " " * 10_000_000],
    ids=["open-bracket", "versions", "blanks"],
)
def test_parse_of_megabytes_is_as_quick_as_of_512_bytes(text):
    parse.cache_clear()
    before = time.process_time()

    parse(text)

    assert time.process_time() - before < 0.5


@given(st.text(alphabet=st.characters()))
def test_parse_never_raises(text):
    assert isinstance(parse(text), Agent)
