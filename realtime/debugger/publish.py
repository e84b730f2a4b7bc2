"""Tells the processes that have the ingest debugger open what became of a site's hits.

Nothing of it is stored: what the channel layer loses, nobody sees.
"""

from collections import defaultdict
from typing import Any

from realtime.debugger.hits import ShownHit, most_telling
from realtime.publish import deliver, note_failure
from tracking.enrich.trace import Trace
from tracking.signals import hits_traced


def listen() -> None:
    hits_traced.connect(announce, dispatch_uid="realtime.debugger.publish")


def group(site_id: int) -> str:
    return f"site.{site_id}.hits"


def announce(traces: list[Trace], **_kwargs: object) -> None:
    """Send one message a site."""
    try:
        deliver({group(site): message(news) for site, news in by_site(traces).items()})
    except Exception as error:
        note_failure(error)


def by_site(traces: list[Trace]) -> dict[int, list[Trace]]:
    sites: dict[int, list[Trace]] = defaultdict(list)
    for trace in traces:
        sites[trace.site_id].append(trace)
    return sites


def message(traces: list[Trace]) -> dict[str, Any]:
    """hits: oldest first, each as `ShownHit.as_message`; skipped: how many more there were."""
    chosen = most_telling(traces, lambda trace: trace.event is None)
    return {
        "type": "site.hits",
        "hits": [ShownHit.of(trace).as_message() for trace in chosen],
        "skipped": len(traces) - len(chosen),
    }
