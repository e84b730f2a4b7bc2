"""Made-up figures for the samples of mailed reports."""

from typing import Any

from dashboard.mailed.figures import Line, Ranked, Row
from dashboard.mailed.picture import TALL, WIDTH
from dashboard.report.formats import change
from dashboard.styles import examples
from realtime.subscriptions.models import Rhythm

TITLE = "9–15 Mar 2026"
UNSUBSCRIBE = "https://stats.example.com/reports/unsubscribe?token=7:c2k0p3f6d1b8c7e5a4902d8f1"
SETTINGS = "https://stats.example.com/sites/shop.example/reports"
ALT = "Visitors by day. 9 Mar: 421, 10 Mar: 440, 11 Mar: 462, 12 Mar: 471, 13 Mar: 455."
LISTS = {
    "Pages": ("/", "/beans", "/a-rather-long-path/that-has/many-parts/and-no/place-to-break"),
    "Sources": ("Google", "Direct / None", "a-rather-long-name.of-a-shop.example"),
    "Countries": ("Germany", "Austria", "United Kingdom"),
    "Goals": ("Signup", "Purchase", "Tom & <b>Jerry</b>"),
}
COUNTS = (("5,677", "42%"), ("1,926", "14%"), ("983", "7%"))


def site() -> dict[str, Any]:
    figures = {
        "title": TITLE,
        "headlines": examples.figures(),
        "lists": [ranked(title, names) for title, names in LISTS.items()],
        "url": "/sites/shop.example/?from=2026-03-09&to=2026-03-15",
    }
    return {**common("shop.example"), "figures": figures}


def to_a_stranger() -> dict[str, Any]:
    given = {**site(), "has_account": False}
    return {name: value for name, value in given.items() if name != "settings_link"}


def team() -> dict[str, Any]:
    figures = {
        "title": TITLE,
        "visitors": "6,204",
        "visits": "7,911",
        "pageviews": "16.2k",
        "change": change(6_204, 5_830, "count"),
        "lines": [
            line("shop.example", "5,367", "14.7k", change(5_367, 4_990, "count")),
            line("blog.example", "837", "1,502", change(837, 840, "count")),
        ],
        "left_out": 3,
    }
    return {**common("Northpeak"), "figures": figures}


def common(place: str) -> dict[str, Any]:
    return {
        "rhythm": Rhythm.WEEKLY,
        "place": place,
        "alt": ALT,
        "width": WIDTH,
        "height": TALL,
        "has_account": True,
        "settings_link": SETTINGS,
        "unsubscribe": UNSUBSCRIBE,
    }


def ranked(title: str, names: tuple[str, ...]) -> Ranked:
    counted = zip(names, COUNTS, strict=True)
    return Ranked(title, [Row(name, count, share) for name, (count, share) in counted])


def line(domain: str, visitors: str, pageviews: str, changed: Any) -> Line:
    return Line(
        domain=domain,
        url=f"/sites/{domain}/?from=2026-03-09&to=2026-03-15",
        visitors=visitors,
        pageviews=pageviews,
        change=changed,
        page="/beans",
        source="Google",
    )
