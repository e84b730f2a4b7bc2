"""Programs told from people."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.ingest.bots import is_bot

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        f"Mozilla/5.0 {WEBKIT}; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; NameThatNobodyKnowsBot/0.1)",
        f"{WINDOWS} {WEBKIT} HeadlessChrome/120.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} PhantomJS/2.1.1 Safari/538.1",
        f"Mozilla/5.0 (Macintosh) {WEBKIT} Chrome/119.0.0.0 Safari/537.36 Chrome-Lighthouse",
        "curl/8.4.0",
        "Wget/1.21.4",
        "python-requests/2.31.0",
        "Go-http-client/2.0",
        "axios/1.6.2",
        "Java/17.0.9",
        "okhttp/4.12.0",
        "PostmanRuntime/7.36.0",
        "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
        "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "x" * 512,
    ],
    ids=lambda text: text[-30:],
)
def test_program_is_a_bot(user_agent):
    assert is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        f"{WINDOWS} {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
        f"{WINDOWS} {WEBKIT} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
        f"{IPHONE} (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
        f"{IPHONE} (KHTML, like Gecko) GSA/290.0.590 Mobile/15E148 Safari/604.1",
        f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Instagram 300.0.0.29.110",
        f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/450.0.0.38;FBDV/iPhone14,5]",
        "Mozilla/5.0 (Linux; Android 15; RMX5250 Build/AP3A.240617.008; wv) AppleWebKit/537.36"
        " (KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.97 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 6.0; IX21; Build/MRA58K; wv) AppleWebKit/537.36 (KHTML, like"
        " Gecko) Chrome/46.0.2490.92 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/5.6.2",
        f"Mozilla/5.0 (Linux; Android 5.1; Discovery 108C) {WEBKIT} Chrome/75.0 Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 8.1.0; CUBOT) {WEBKIT} Chrome/79.0 Mobile Safari/537.36",
    ],
    ids=lambda text: text[-30:] or "empty",
)
def test_browser_of_a_person_is_none(user_agent):
    assert not is_bot(user_agent)


@pytest.mark.parametrize(
    "text",
    ["a/1.0 " * 1_000_000, "@a-" * 1_000_000, "google/" * 1_000_000, "\u0130" * 1_000_000],
    ids=["versions", "at-signs", "googles", "dotted-i"],
)
def test_megabytes_are_judged_as_quickly_as_512_bytes(text):
    is_bot("warm up")
    before = time.process_time()

    is_bot(text)

    assert time.process_time() - before < 0.5


@given(st.text(alphabet=st.characters()))
def test_is_bot_never_raises(text):
    assert is_bot(text) in (True, False)
