"""Answers of Matomo's API, written as its renderers write them.

The fields of visits and actions are those of plugins/*/VisitorDetails.php, the forms those of
core/DataTable/Renderer/{Json,Xml,Csv}.php, all in matomo-org/matomo.
"""

import json
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

BEGIN = 1773147336  # 2026-03-10T12:55:36Z

VISIT: dict[str, Any] = {
    "idSite": 1,
    "idVisit": 10,
    "visitIp": "203.0.113.77",
    "visitorId": "c7eabd04b45e68b3",
    "fingerprint": "14db763aafccd039",
    "actionDetails": [],
    "goalConversions": 0,
    "siteCurrency": "EUR",
    "siteName": "Example",
    "firstActionTimestamp": BEGIN,
    "lastActionTimestamp": BEGIN,
    "userId": "jane@example.com",
    "visitDuration": 0,
    "searches": 0,
    "actions": 0,
    "referrerType": "direct",
    "referrerName": "",
    "referrerKeyword": "",
    "referrerUrl": "",
    "languageCode": "de",
    "deviceType": "Smartphone",
    "deviceTypeIcon": "plugins/Morpheus/icons/dist/devices/smartphone.png",
    "operatingSystemName": "Android",
    "operatingSystemVersion": "14",
    "browserName": "Chrome Mobile",
    "browserVersion": "122.0",
    "countryCode": "at",
    "region": "Wien",
    "regionCode": "9",
    "city": "Vienna",
    "latitude": "48.2",
    "longitude": "16.3",
    "resolution": "1024x768",
    "customVariables": [],
}
# Of type, what Matomo counts among a visit's actions.
ACTIONS = ("action", "event", "download", "outlink", "search")


def action(kind: str, seconds: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": BEGIN + seconds, **fields}


def page(path: str = "/", seconds: int = 0, **fields: Any) -> dict[str, Any]:
    url = f"https://example.com{path}"
    return action("action", seconds, url=url, pageTitle=f"Page {path}", pageIdAction=2, **fields)


def visit(*actions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    counted = sum(each["type"] in ACTIONS for each in actions)
    return VISIT | {"actionDetails": list(actions), "actions": counted} | fields


def as_json(visits: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps(list(visits)).encode()


def as_xml(visits: Sequence[dict[str, Any]]) -> bytes:
    rows = "".join(f"\t<row>{_elements(each)}</row>\n" for each in visits)
    return f'<?xml version="1.0" encoding="utf-8" ?>\n<result>\n{rows}</result>'.encode()


def _elements(values: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in values.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        inner = "".join(f"\n<row>{_elements(each)}</row>" for each in value)
        return f"\n<{name}>{inner}\n</{name}>"
    written = escape(str(value), {'"': "&quot;"})
    return f"\n<{name}>{written}</{name}>" if written else f"\n<{name} />"


def as_csv(visits: Sequence[dict[str, Any]], separator: str = ",") -> bytes:
    rows = [_flat(each) for each in visits]
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "\n".join(
        separator.join(_cell(cell, separator) for cell in line) for line in lines
    ).encode()


def _flat(values: dict[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, list):
            for n, each in enumerate(value):
                found |= _flat(each, f"{before}{name}_{n}_")
        else:
            found[f"{before}{name}"] = str(value)
    return found


def _cell(text: str, separator: str) -> str:
    if text[:1] in tuple("=+-@") and text.strip("=+-@"):
        text = f"'{text}"
    text = text.replace("\t", " ")
    if any(mark in text for mark in ('"', separator, ",", ";")):
        return '"' + text.replace('"', '""') + '"'
    return text


def as_wide_tsv(visits: Sequence[dict[str, Any]]) -> bytes:
    return b"\xff\xfe" + as_csv(visits, "\t").decode().encode("utf-16-le")
