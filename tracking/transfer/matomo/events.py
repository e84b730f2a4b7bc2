"""From a visit of Matomo's to events, named as `tracking.ingest.protocols.matomo_events` does.

The fields are those of the classes VisitorDetails in the plugins of matomo-org/matomo. What tells
who somebody is stays behind: address, user id, coordinates.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tracking.enrich.language import language
from tracking.enrich.screen import screen_class
from tracking.enrich.sites import source_of_tag
from tracking.transfer.matomo.visits import Visit

NAME_CHARACTERS = 120
DIMENSION = re.compile(r"dimension\d{1,3}", re.ASCII)
VARIABLE = re.compile(r"customVariableName(\d+)", re.ASCII)
# By the icon, which is the same in all languages.
DEVICES = {
    "desktop": "Desktop",
    "tv": "Desktop",
    "console": "Desktop",
    "tablet": "Tablet",
    "smartphone": "Mobile",
    "phablet": "Mobile",
    "feature_phone": "Mobile",
    "portable_media_player": "Mobile",
    "wearable": "Mobile",
}
BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Webview": "Mobile App",
    "Firefox Focus": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox Mobile iOS": "Firefox",
    "Mobile Safari": "Safari",
    "Opera Mini": "Opera",
    "Opera Mobile": "Opera",
}
UNKNOWN = frozenset({"", "-", "xx", "unk", "unknown", "not defined"})

Action = Mapping[str, Any]
Fields = dict[str, object]


def text(values: Mapping[str, Any], *names: str) -> str:
    """The first value that is there, as text."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value).strip()
    return ""


def known(values: Mapping[str, Any], name: str) -> str:
    found = text(values, name)
    return "" if found.lower() in UNKNOWN else found


def actions_of(visit: Visit) -> list[Action]:
    found = visit.get("actionDetails")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def events(visit: Visit) -> Iterator[Fields | None]:
    """An event for each action of a visit, None for one of a kind that has no meaning here."""
    common = of_visit(visit)
    page = next((url for each in actions_of(visit) if (url := _page(each))), "")
    for action in actions_of(visit):
        page = _page(action) or page
        what = _event(action, text(visit, "siteCurrency"))
        if what is None:
            yield None
            continue
        props = {**_own(visit), **_own(action), **what.pop("props", {})}
        yield {
            **common,
            "timestamp": _time(text(action, "timestamp") or text(visit, "firstActionTimestamp")),
            "url": page,
            "props": {name: value for name, value in props.items() if value},
            **what,
        }


def _page(action: Action) -> str:
    """The address of the page an action is on; that of a link is where it leads."""
    away = text(action, "type") in ("outlink", "download")
    return "" if away else text(action, "url")


def _time(seconds: str) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        # Said of the line later.
        return seconds


def of_visit(visit: Visit) -> Fields:
    """What all events of a visit have."""
    country = known(visit, "countryCode").upper()
    icon = text(visit, "deviceTypeIcon").rpartition("/")[2].partition(".")[0]
    browser = known(visit, "browserName")
    return {
        "visitor": text(visit, "visitorId", "fingerprint"),
        "visit": f"{text(visit, 'idSite')}-{text(visit, 'idVisit')}",
        **origin(visit),
        "country": country if len(country) == 2 else "",
        "region": known(visit, "region"),
        "city": known(visit, "city"),
        "browser": BROWSERS.get(browser, browser),
        "browser_version": known(visit, "browserVersion"),
        "os": known(visit, "operatingSystemName"),
        "os_version": known(visit, "operatingSystemVersion"),
        "device": DEVICES.get(icon or text(visit, "deviceType").lower().replace(" ", "_"), ""),
        "screen": _screen(text(visit, "resolution")),
        "language": language(text(visit, "languageCode")),
    }


def _screen(resolution: str) -> str:
    width = resolution.partition("x")[0]
    is_number = width.isascii() and width.isdigit() and len(width) < 6
    return screen_class(int(width)) if is_number else ""


def origin(visit: Visit) -> Fields:
    """Where a visit came from. What is not here is told from the addresses of page and referrer."""
    referrer = text(visit, "referrerUrl")
    fields: Fields = {"referrer": referrer if "://" in referrer else ""}
    kind, name = text(visit, "referrerType"), text(visit, "referrerName")
    if kind == "campaign":
        # Those of the plugin MarketingCampaignsReporting, where it is there, say more.
        tag = known(visit, "campaignSource")
        told = {
            "utm_campaign": known(visit, "campaignName") or name,
            "utm_source": tag,
            "utm_medium": known(visit, "campaignMedium"),
            "utm_content": known(visit, "campaignContent"),
            "utm_term": known(visit, "campaignKeyword") or known(visit, "referrerKeyword"),
            "source": source_of_tag(tag) if tag else "",
        }
        fields |= {name: value for name, value in told.items() if value}
    elif kind != "direct" and name and not fields["referrer"]:
        fields["source"] = source_of_tag(name)
    return fields


def _own(values: Mapping[str, Any]) -> dict[str, str]:
    """Custom dimensions and variables, of a visit or of an action."""
    found = {name: text(values, name) for name in values if DIMENSION.fullmatch(name)}
    variables = values.get("customVariables")
    if isinstance(variables, dict):
        variables = list(variables.values())
    for variable in variables if isinstance(variables, list) else ():
        for key in variable if isinstance(variable, dict) else ():
            if match := VARIABLE.fullmatch(key):
                found[text(variable, key)] = text(variable, f"customVariableValue{match[1]}")
    return {name: value for name, value in found.items() if name and value}


def _event(action: Action, currency: str) -> dict[str, Any] | None:
    """Name, properties and what else an action is; None for one of a plugin's own."""
    url = {"url": text(action, "url")}
    match text(action, "type"):
        case "action":
            return {"name": "pageview", "title": text(action, "pageTitle")}
        case "event":
            name = f"{text(action, 'eventCategory')}: {text(action, 'eventAction')}"
            props = _chosen(action, category="eventCategory", action="eventAction")
            props |= _chosen(action, name="eventName", value="eventValue")
            return {"name": name[:NAME_CHARACTERS].strip(), "props": props}
        case "outlink":
            return {"name": "Outbound Link: Click", "props": url}
        case "download":
            return {"name": "File Download", "props": url}
        case "search":
            props = _chosen(
                action,
                query="siteSearchKeyword",
                category="siteSearchCategory",
                results="siteSearchCount",
            )
            return {"name": "Search", "props": props}
        case "goal":
            return _converted(f"Goal {text(action, 'goalId')}", action, currency, goal="goalName")
        case "ecommerceOrder":
            return _converted("Order", action, currency, order="orderId", items="items")
        case "ecommerceAbandonedCart":
            props = _chosen(action, value="revenue", items="items")
            return {"name": "Cart update", "props": props, "interactive": False}
        # The number that the type of a content has, which no plugin gives a name.
        case "13":
            return _content(action)
    return None


def _chosen(action: Action, /, **names: str) -> dict[str, str]:
    return {name: text(action, field) for name, field in names.items()}


def _converted(name: str, action: Action, currency: str, /, **names: str) -> dict[str, Any]:
    """A conversion, which belongs to an action of its own and so does not end a bounce."""
    found = {
        "name": name[:NAME_CHARACTERS].strip(),
        "props": _chosen(action, **names),
        "interactive": False,
    }
    revenue = text(action, "revenue")
    if revenue.strip("0.") and len(currency) == 3:
        found |= {"revenue_amount": revenue, "revenue_currency": currency}
    return found


def _content(action: Action) -> dict[str, Any]:
    props = _chosen(
        action, name="contentName", piece="contentPiece", target="contentTarget",
        interaction="contentInteraction",
    )  # fmt: skip
    if props["interaction"]:
        return {"name": "Content interaction", "props": props}
    return {"name": "Content impression", "props": props, "interactive": False}
