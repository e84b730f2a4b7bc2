"""Matomo: answers of its API's method Live.getLastVisitsDetails, as JSON, XML, CSV or TSV.

An export is as many files as there were pages. `tracking.transfer.matomo` reads them.
"""

from collections.abc import Iterator

from tracking.transfer.errors import Undecided
from tracking.transfer.formats.format import Format, Item, LeftOut, Record, Refused
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.source import Source, Stream
from tracking.transfer.matomo.events import actions_of, events, text
from tracking.transfer.matomo.visits import Visit, visits

NO_ACTIONS = "Visits without an action"
OTHER_SITE = "Visits of other sites"
PLUGIN = "Actions that only Matomo's plugins know"
# The last is an error that stands in the place of visits, which is told when it is read.
MARKS = ('"idVisit"', "<idVisit>", "idVisit,", "idVisit\t", "idSite,idVisit")

# What stands in the place of visits, such as for a token that is not valid. It is told when read.
ERROR = '{"result":"error"'


def recognises(sample: Sample) -> bool:
    # TSV, and CSV unless told otherwise, are UTF-16.
    start = sample.start.replace(b"\0", b"").decode(errors="replace")
    return start.startswith(ERROR) or any(mark in start for mark in MARKS)


def read(source: Source) -> Iterator[Item]:
    wanted = source.option("website")
    found: dict[str, str] = {}
    for stream in source.streams():
        for number, visit in _numbered(stream):
            site = text(visit, "idSite")
            found.setdefault(site, text(visit, "siteName") or site)
            wanted = wanted or site
            if wanted in (site, found[site]):
                yield from _of_visit(number, visit)
            elif source.option("website"):
                yield LeftOut(OTHER_SITE)
            # Without a choice the rest is only looked through for what there is to choose from.
            else:
                yield None
    if len(found) > 1 and not source.option("website"):
        raise Undecided("The file has visits of several sites.", "website", sorted(found.items()))


def _numbered(stream: Stream) -> Iterator[tuple[int, Visit]]:
    """Visits, each with the number of its first action among those of the file."""
    number = 1
    for visit in visits(stream.file):
        yield stream.number(number), visit
        number += max(len(actions_of(visit)), 1)


def _of_visit(number: int, visit: Visit) -> Iterator[Item]:
    actions = actions_of(visit)
    if not actions:
        yield LeftOut(NO_ACTIONS)
    if not text(visit, "idVisit"):
        yield Refused(number, "Its visit has no idVisit.")
        return
    for n, (action, fields) in enumerate(zip(actions, events(visit), strict=True)):
        if fields is None:
            yield LeftOut(PLUGIN)
            continue
        told = [text(action, name) for name in ("type", "timestamp", "url", "pageId", "orderId")]
        told += [text(action, name) for name in ("goalId", "eventCategory", "eventAction")]
        yield Record(number + n, fields, "\x1f".join([str(fields["visit"]), *told]))


MATOMO = Format("matomo", "Matomo (API export of visits)", recognises, read, ("website", "before"))
