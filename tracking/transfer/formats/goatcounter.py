"""GoatCounter's CSV export: a pageview or event a line, in versions 1 and 2.

The columns are those of its page "Export" (tpl/help/export.md in arp242/goatcounter) and of
exportcsv.go there. It names sessions, which are a visitor's for a visit; those of sites that
collect none are zero, and their visitors are not known.
"""

import re
from collections.abc import Iterator, Mapping

from tracking.enrich.screen import screen_class
from tracking.enrich.sites import source_of_tag
from tracking.enrich.user_agent import parse
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.format import Format, Item, Record, Refused
from tracking.transfer.formats.names import browser_and_version, place, system_and_version
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.source import Source, Stream

HEADER = re.compile(r"(\d+)Path,Title,Event,")
VERSIONS = ("1", "2")
NEEDED = ("Event", "Session", "Bot", "Referrer", "Date")
TRUE = frozenset({"1", "t", "true"})
OWN_NAMES = frozenset({"pageview", "engagement"})
# A file of its other export, which counts hours and days.
COUNTS = "hit_stats.jsonl"

Row = Mapping[str, str]


def recognises(sample: Sample) -> bool:
    if sample.member.endswith(".jsonl") or sample.member.endswith("info.json"):
        return sample.member.startswith("goatcounter-export")
    return HEADER.match(sample.first_line) is not None


def read(source: Source) -> Iterator[Item]:
    for stream in source.streams():
        if stream.name.endswith(COUNTS):
            raise ImportProblem(
                "This is GoatCounter's JSON export, which has counts and no pageviews. Export CSV"
                " there, which needs “Individual pageviews” in its settings."
            )
        if not stream.name.endswith((".json", ".jsonl")):
            yield from _of_stream(stream, source.site.domain)


def _of_stream(stream: Stream, domain: str) -> Iterator[Item]:
    rows = stream.rows()
    _, header, _ = next(rows, (0, None, ""))
    version, columns = _columns(header or [])
    for number, cells, problem in rows:
        if cells is None:
            yield Refused(number, problem)
        elif len(cells) != len(columns):
            many = f"It has {len(cells)} cells where the first line has {len(columns)}."
            yield Refused(number, many)
        else:
            row = dict(zip(columns, cells, strict=True))
            yield _item(number, row, version, domain)


def _columns(header: list[str]) -> tuple[str, list[str]]:
    """The version of the export, and its columns without it."""
    found = re.fullmatch(r"(\d+)Path", header[0].strip()) if header else None
    columns = ["Path", *(name.strip() for name in header[1:])]
    if not found or not set(NEEDED) <= set(columns):
        raise ImportProblem("The file is no CSV export of GoatCounter's.")
    if found[1] not in VERSIONS:
        raise ImportProblem(f"Version {found[1]} of GoatCounter's export is not known here.")
    return found[1], columns


def _item(number: int, row: Row, version: str, domain: str) -> Item:
    path, session = row["Path"], row["Session"].strip()
    is_event = row["Event"].strip().lower() in TRUE
    if is_event and path in OWN_NAMES:
        return Refused(number, "Its event has a name that is Footfall's own.")
    if not path:
        return Refused(number, "It has no path.")
    visitor = "" if set(session) <= {"0", "-"} else session
    fields = {
        "timestamp": row["Date"],
        "visitor": visitor,
        "visit": visitor,
        "name": path if is_event else "pageview",
        "url": "",
        "hostname": domain,
        "path": "" if is_event else path,
        "title": row.get("Title", ""),
        "flags": "bot" if row["Bot"].strip() not in ("", "0") else "",
        **_origin(row["Referrer"].strip(), row.get("Referrer scheme", "").strip()),
        **_agent(row, version),
        **place(row.get("Location", "")),
        "screen": _screen(row.get("Screen size", "")),
    }
    # The title is the path's latest one, so it changes from one export to the next.
    return Record(number, fields, "\x1f".join((path, row["Event"], session, row["Date"])))


def _origin(referrer: str, scheme: str) -> dict[str, str]:
    match scheme:
        case _ if not referrer:
            return {"referrer": ""}
        case "c":
            return {"utm_source": referrer, "source": source_of_tag(referrer), "referrer": ""}
        case "g":
            return {"source": referrer, "referrer": ""}
        case "o" if "://" not in referrer:
            return {"source": referrer, "referrer": ""}
    # Its addresses have no scheme.
    return {"referrer": referrer if "://" in referrer else f"https://{referrer}"}


def _agent(row: Row, version: str) -> dict[str, str]:
    header = row.get("Browser" if version == "1" else "UserAgent", "")
    if header:
        agent = parse(header)
        return {
            "browser": agent.browser,
            "browser_version": agent.browser_version,
            "os": agent.os,
            "os_version": agent.os_version,
            "device": agent.device,
        }
    if version == "1":
        return {}
    browser, browser_version = browser_and_version(row.get("Browser", ""))
    system, system_version = system_and_version(row.get("System", ""))
    return {
        "browser": browser,
        "browser_version": browser_version,
        "os": system,
        "os_version": system_version,
    }


def _screen(size: str) -> str:
    """The class of a screen of "width,height,scale"."""
    width = size.partition(",")[0].strip().partition(".")[0]
    return screen_class(int(width)) if width.isdecimal() and len(width) < 6 else ""


GOATCOUNTER = Format("goatcounter", "GoatCounter", recognises, read, ("before",))
