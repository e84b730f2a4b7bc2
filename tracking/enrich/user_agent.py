"""What a user agent string says of browser, operating system and kind of device.

The rules are ua-parser's (uap-core), run by its Rust engine, whose time is linear in the
length of the text. The names are those that Plausible and Matomo show, so that figures from
here and there can be compared: the tables below turn uap-core's names into theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from ua_parser import Device, Domain, load_lazy_builtins
from ua_parser.core import Matcher
from ua_parser.matchers import DeviceMatcher
from ua_parser.regex import Resolver

MAX_BYTES = 512

MOBILE_APP = "Mobile App"

_BROWSERS = {
    "Amazon Silk": "Mobile Silk",
    "Android": "Android Browser",
    "BlackBerry WebKit": "BlackBerry Browser",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "DuckDuckGo": "DuckDuckGo Privacy Browser",
    "DuckDuckGo Mobile": "DuckDuckGo Privacy Browser",
    "Edge": "Microsoft Edge",
    "Edge Mobile": "Microsoft Edge",
    "Epiphany": "GNOME Web",
    "Firefox Focus": "Firefox",
    "Firefox iOS": "Firefox",
    "Firefox Mobile": "Firefox",
    "HeyTap Browser": "HeyTapBrowser",
    "Huawei Browser": "Huawei Browser Mobile",
    "IE": "Internet Explorer",
    "MiuiBrowser": "Mi Browser",
    "Mobile Safari": "Safari",
    "Opera Mini": "Opera",
    "Opera Mobile": "Opera",
    "Puffin": "Puffin Web Browser",
    "QQ Browser Mobile": "QQ Browser",
    "Qt Web Engine": "QtWebEngine",
    "Samsung Internet": "Samsung Browser",
    "UP.Browser": "Openwave Mobile Browser",
    "VivoBrowser": "vivo Browser",
    "YandexSearch": "Yandex Browser",
}

# Web views inside other apps. Their version is the app's, not a browser's, so it is left out.
_APPS = frozenset(
    {
        "Baidu Explorer",
        "Chrome Mobile WebView",
        "Electron",
        "Facebook",
        "Facebook Messenger",
        "Flipboard",
        "Google",
        "Instagram",
        "KAKAOTALK",
        "LINE",
        "LinkedIn",
        "Mobile Safari UI/WKWebView",
        "Pinterest",
        "Slack",
        "Snapchat",
        "TikTok",
        "Twitter",
        "WeChat Browser",
        "WhatsApp",
    }
)

_SYSTEMS = {
    "ATV OS X": "tvOS",
    "Linux": "GNU/Linux",
    "Mac OS X": "Mac",
    "Web0S": "webOS",
}

# The first line that matches decides. Televisions and consoles count as desktops, as at
# Plausible. Android says "Mobile" on telephones and leaves it out on tablets.
_DEVICES = [
    (
        r"\bTV\b|[Ss]mart[-_]?TV|SMART[-_]?TV|[A-Za-z]bbTV|(?:Apple|Google|Android )TV|BRAVIA"
        r"|CrKey|Roku|\bAFT[A-Z]|Web0S|NETTV|DTV|VIDAA|Play[Ss]tation|PLAYSTATION|Xbox|Nintendo",
        "Desktop",
    ),
    (r"iPad|Tablet|PlayBook|Kindle|\bKF[A-Z]{2,4}\b", "Tablet"),
    (
        r"Mobi|iPhone|iPod|Windows Phone|Opera Mini|MIDP|Symbian|BlackBerry|BB10|KAIOS|J2ME"
        r"|Watch|MAUI|UCWEB|UP\.Browser|DoCoMo",
        "Mobile",
    ),
    (r"Android", "Tablet"),
    (r"Windows|Macintosh|Mac OS X|X11|CrOS|Linux", "Desktop"),
]


@dataclass(frozen=True, slots=True)
class Agent:
    """Names as shown to people; "" where unknown. Versions are "major.minor" at most.

    ``device`` is one of "Desktop", "Mobile", "Tablet" and "".
    """

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device: str = ""


@lru_cache(maxsize=8192)
def parse(user_agent: str) -> Agent:
    """Describe any text whatever; only its first 512 bytes are looked at."""
    text = within_limit(user_agent)
    found = _resolver()(text, Domain.ALL)
    browser, browser_version, system, system_version = "", "", "", ""
    if found.user_agent:
        browser = _BROWSERS.get(found.user_agent.family, found.user_agent.family)
        browser_version = _version(found.user_agent.major, found.user_agent.minor)
        if browser in _APPS:
            browser, browser_version = MOBILE_APP, ""
    if found.os:
        system = _SYSTEMS.get(found.os.family, found.os.family)
        system_version = _version(found.os.major, found.os.minor)
        if system == "iOS" and "iPad" in text and _is_ipados(found.os.major):
            system = "iPadOS"
    device = found.device.family if found.device else ""
    return Agent(browser, browser_version, system, system_version, device)


def within_limit(user_agent: str) -> str:
    """Cut to 512 bytes of valid UTF-8: what a pattern costs is bounded by what it reads."""
    return user_agent.encode("utf-8", "replace")[:MAX_BYTES].decode("utf-8", "ignore")


@cache
def _resolver() -> Resolver:
    # uap-core's device rules name brands and models, which nobody here asks for: in their
    # place stand those of the kinds of device.
    user_agents, systems, _ = load_lazy_builtins()
    devices: list[Matcher[Device]] = [
        DeviceMatcher(pattern, family=kind) for pattern, kind in _DEVICES
    ]
    return Resolver((user_agents, systems, devices))


def _version(major: str | None, minor: str | None) -> str:
    return ".".join(part for part in (major, minor) if part)


def _is_ipados(major: str | None) -> bool:
    """iOS on tablets has had a name of its own since version 13."""
    return major is not None and major.isdecimal() and int(major) >= 13
