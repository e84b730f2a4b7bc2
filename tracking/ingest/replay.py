"""Hits that nginx wrote to a file while the server was down: read, judged, stored once.

A line is a JSON object; `deploy/nginx/hits_log.conf` has its format. It names no address, so place
and visitor stay unknown, and rules about addresses and places refuse nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import orjson

from tracking.ingest.accept import Accepted, Outcome, Refused, decide
from tracking.ingest.app import sender_of, wire_format_of
from tracking.ingest.hit_id import REQUEST_ID, name_hits
from tracking.ingest.http import Request
from tracking.ingest.inbox import commit
from tracking.ingest.limits import Limits
from tracking.ingest.place import NOWHERE, Place
from tracking.ingest.refusals import Malformed
from tracking.ingest.rules import Rules, load
from tracking.models import LedgerEntry
from tracking.tasks import LEDGER_DAYS

# What the ledger surely remembers: a line is written some seconds after its hit may have been
# committed, and entries go once an hour.
REMEMBERED = timedelta(days=LEDGER_DAYS, hours=-1)

# Limits protect a server from what comes at once; what lies in a file comes as it is read.
NO_LIMITS = Limits(address_rate=0, site_rate=0)

# Accepting waits while a transaction writes.
GROUP = 500

HEADERS = {  # by the line's field
    "host": "host",
    "content_type": "content-type",
    "referer": "referer",
    "user_agent": "user-agent",
    "language": "accept-language",
    "dnt": "dnt",
    "gpc": "sec-gpc",
}


class Broken(Exception):
    """A line that is not of the file's format."""


@dataclass(frozen=True, slots=True)
class Line:
    time: datetime
    request_id: str
    request: Request


@dataclass(slots=True)
class Report:
    """What became of a file: counts of hits, and the numbers of the lines that say none."""

    stored: int = 0
    known: int = 0  # by the ledger: stored before, from this file or by the server itself
    refused: Counter[str] = field(default_factory=Counter)  # by reason
    broken: list[int] = field(default_factory=list)
    cut: bool = False  # the last line is not complete


class Nowhere:
    def lookup(self, address: str) -> Place:
        return NOWHERE


def replay(file: Iterable[bytes], now: datetime, older: bool = False) -> Report:
    """Store the hits of a file's lines; those stored before are left as they are.

    Lines the ledger may have forgotten are refused, unless `older`. Raises django.db.Error while
    the database is away, after which the file can be replayed anew.
    """
    report = Report()
    accepted: list[Accepted] = []
    for outcome in outcomes(file, load(NO_LIMITS), now, older, report):
        if isinstance(outcome, Refused):
            report.refused[outcome.reason] += 1
            continue
        accepted.append(outcome)
        if len(accepted) >= GROUP:
            store(accepted, report)
            accepted = []
    store(accepted, report)
    return report


def outcomes(
    file: Iterable[bytes], rules: Rules, now: datetime, older: bool, report: Report
) -> Iterator[Outcome]:
    for number, data in enumerate(file, 1):
        try:
            line = line_of(data)
            if line.time < now - REMEMBERED and not older:
                report.refused["too_old"] += 1
            else:
                yield from judged(line, rules, min(line.time, now))
        except Malformed:
            report.refused["malformed"] += 1
        except Broken:
            if data.endswith(b"\n"):
                report.broken.append(number)
            else:
                report.cut = True


def line_of(data: bytes) -> Line:
    try:
        # nginx writes bytes as they came.
        fields = orjson.loads(data.decode("utf-8", "replace"))
        path, _, query = text(fields, "uri").partition("?")
        request = Request(
            method=text(fields, "method"),
            path=unquote(path),
            query=query.encode(),
            headers={name: value for key, name in HEADERS.items() if (value := text(fields, key))},
            peer="",
            body=text(fields, "body").encode(),
        )
        line = Line(datetime.fromtimestamp(fields["time"], UTC), text(fields, "id"), request)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        raise Broken from None
    if not REQUEST_ID.fullmatch(line.request_id):
        raise Broken
    return line


def text(fields: dict[str, object], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError
    return value


def judged(line: Line, rules: Rules, time: datetime) -> Iterator[Outcome]:
    """What accepting says of the line's hits. Raises Malformed."""
    request = line.request
    wire_format = wire_format_of(request.path)
    if wire_format is None or request.method not in wire_format.METHODS:
        raise Malformed(request="is for no wire format")
    if len(request.body) > wire_format.body_limit(request.path):
        raise Malformed(request="is too large")
    hits = wire_format.parse(request)
    name_hits(hits, line.request_id)
    # Nothing is hashed without a visitor, so any salt does for a day whose own is gone.
    unsalted = replace(rules, salts={time.date(): bytes(32)})
    sender = sender_of(request, address="")
    for hit in hits:
        hit.no_visitor = True
        yield decide(hit, sender, unsalted, Nowhere(), time)


def store(accepted: list[Accepted], report: Report) -> None:
    if not accepted:
        return
    keys = {(each.site_id, each.hit_id) for each in accepted}
    entries = LedgerEntry.objects.filter(
        site_id__in={site_id for site_id, _ in keys}, hit_id__in={hit_id for _, hit_id in keys}
    )
    new = keys - set(entries.values_list("site_id", "hit_id"))
    # Refusals are not counted by site: the file may be replayed, and each time would count them.
    commit(accepted, Counter())
    report.stored += len(new)
    report.known += len(accepted) - len(new)
