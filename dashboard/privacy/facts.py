"""What is kept of a site's visitors, and for how long, in sentences.

All of it follows from the site's choices, the server's settings and the constants that the code
goes by. A test compares the fields that are named here with those of the tables.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from dashboard.privacy.lifetimes import lifetimes
from dashboard.privacy.section import Row, Section
from tracking.models import Site
from tracking.models.lists import read_parameter, readable

Sentence = Callable[[Site], str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A thing that is kept of a hit, in which columns of `tracking.models.Event`."""

    name: str
    columns: tuple[str, ...]
    how: str | Sentence

    def row(self, site: Site) -> Row:
        return Row(self.name, self.how if isinstance(self.how, str) else self.how(site))


def visitor(site: Site) -> str:
    return " ".join(
        (
            "A number: a keyed hash (BLAKE2b) of IP address and user agent, under a random key",
            f"that {known_for(site)}. Without the key, which is then deleted, nobody can turn",
            "the number back.",
            *still_known(site),
            own_ids(site),
            *imported(site),
        )
    )


def known_for(site: Site) -> str:
    if site.visitor_days == Site.VisitorDays.DAY:
        return "is another each day (UTC), so that a visitor is known again on the same day only"
    return f"is another every {site.visitor_days} days, for which a visitor is known again"


def still_known(site: Site) -> Iterator[str]:
    """A choice of fewer days holds from midnight on: until then ids are under the key before."""
    today = datetime.now(UTC).date()
    for key in site.visitor_keys.filter(first__lte=today, last__gte=today):
        if (today - key.first).days >= site.visitor_days:
            since = f"{key.first.day} {key.first:%B %Y}"
            yield f"Until the next midnight (UTC) a visitor is still known again since {since}."


def own_ids(site: Site) -> str:
    if site.own_ids:
        return (
            "Where the site itself says who a visitor is, by an id of its own, the number is a "
            "keyed hash of that id, under a key that stays. The id itself is not kept."
        )
    return "An id that the site itself sends takes the place of address and agent; it is not kept."


def imported(site: Site) -> Iterator[str]:
    if hasattr(site, "import_key"):
        yield (
            "Of a visitor of an imported file it is a keyed hash of what the file calls them, "
            "under a key that stays."
        )


def page(site: Site) -> str:
    return f"Host name, path and title, {query_string(site)}."


def query_string(site: Site) -> str:
    names = ", ".join(readable(site.query_parameters, read_parameter))
    if site.query_rule == Site.QueryRule.KEEP:
        return f"with the query string, but for: {names}" if names else "with the query string"
    return f"with these parameters alone: {names}" if names else "without the query string"


PLACES = {
    Site.PlacePrecision.CITY: "Country, region and city",
    Site.PlacePrecision.REGION: "Country and region, not the city",
    Site.PlacePrecision.COUNTRY: "The country, neither region nor city",
}


def place(site: Site) -> str:
    if site.place_precision == Site.PlacePrecision.NONE:
        return "Not kept."
    words = PLACES[Site.PlacePrecision(site.place_precision)]
    return f"{words}, looked up from the IP address in a file on this server."


KEPT = (
    Kept("Visitor", ("visitor",), visitor),
    Kept("Visit", ("id", "visit", "site_id"), "Numbers in the order of arrival; which site."),
    Kept("Time", ("time",), "When it happened."),
    Kept(
        "What was done",
        ("name", "interactive", "props", "revenue_amount", "revenue_currency"),
        "A page view, or the name, properties and amount of money of an event, as the site sends "
        "them.",
    ),
    Kept("Page", ("hostname", "path", "title"), page),
    Kept(
        "Origin",
        ("referrer", "source", "channel"),
        "Host and path of the page that linked here, without its query string, and what kind of "
        "page that is.",
    ),
    Kept(
        "Campaign",
        ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
        "Campaign tags (utm) of the page's address.",
    ),
    Kept("Place", ("country", "region", "city"), place),
    Kept(
        "Device",
        ("browser", "browser_version", "os", "os_version", "device"),
        "Names and versions of browser and system, and the kind of device, read from the user "
        "agent, which itself is not kept.",
    ),
    Kept("Screen", ("screen",), "One of four classes of its width."),
    Kept("Language", ("language",), "The language that the browser asks for first."),
    Kept(
        "Engagement",
        ("scroll_depth", "engaged_ms"),
        "How far a page was scrolled, and for how long it was looked at. Where the site's pages "
        "measure it, how fast the page was there and answered is kept among the properties.",
    ),
    Kept("Marks", ("flags",), "Whether a program sent it, and whether its visitor is unknown."),
)


def sections(site: Site) -> list[Section]:
    """The whole data page of a site, in order."""
    return [
        Section(
            "What is kept of a page view or event",
            "Nothing else is. The site's pages decide what names, properties and ids they send.",
            tuple(kept.row(site) for kept in KEPT),
        ),
        Section("For how long", "", tuple(lifetimes(site))),
        Section("What is not kept", "", NOT_KEPT),
        Section("Not being counted", "", tuple(ways_out(site))),
        Section("Whom to ask", "", (contact(site),)),
    ]


NOT_KEPT = (
    Row("IP address", "Used for the visitor's number and the place, and in no file or log."),
    Row("User agent", "Read for the names above, and then dropped, with the hit on its way."),
    Row(
        "Cookies",
        "None is set. The script of Footfall stores nothing in a browser but a visitor's wish not "
        "to be counted.",
    ),
)


def ways_out(site: Site) -> list[Row]:
    wish = "Keeps the wish in the visitor's own browser."
    rows = [Row("A page", wish, f"{settings.PUBLIC_URL}/opt-out/{site.domain}")]
    if site.honour_opt_out:
        signals = "A browser that sends Do Not Track or Global Privacy Control is not counted."
    else:
        signals = "Do Not Track and Global Privacy Control change nothing here."
    return [*rows, Row("Signals of browsers", signals)]


def contact(site: Site) -> Row:
    if site.privacy_contact:
        return Row("E-mail", site.privacy_contact, f"mailto:{site.privacy_contact}")
    return Row("The site", f"Those who run {site.domain}.")
