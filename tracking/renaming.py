"""Naming sources of stored visits that no list knew when they came.

Of what a source and a channel are told from, only the referrer and the UTM parameters are kept: not
the click identifiers and the other tags of a page's address. So only those visits are touched whose
source is the bare host of their referrer, and that have no utm_source: theirs came from the
referrer alone.
"""

from collections.abc import Iterable
from typing import NamedTuple

import duckdb
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from tracking.enrich.channel import channel
from tracking.enrich.sites import source_of_host
from tracking.models import Event, EventLog, Generation, Renaming
from tracking.turns import write_transaction
from tracking.warehouse.database import writer
from tracking.warehouse.sealing.manifest import live, read
from tracking.warehouse.sealing.rewrite import rewrite
from tracking.warehouse.sealing.turn import turn

ANDROID = "android-app://"
# In SQL that all engines share.
BARE = (
    "utm_source = '' AND source <> ''"
    " AND (referrer = source OR left(referrer, length(source) + 1) = source || '/')"
)
COLUMNS = ["site_id", "referrer", "source", "utm_source", "utm_medium", "utm_campaign"]


class Told(NamedTuple):
    """What the source and the channel of such a visit are told from."""

    source: str
    utm_medium: str
    utm_campaign: str


class Named(NamedTuple):
    source: str
    channel: str


def run_asked() -> None:
    """Do what was asked. Raises `Busy`.

    Killed anywhere, the next run goes on. What is asked again meanwhile stays asked.
    """
    if asked := dict(Renaming.objects.values_list("pk", "asked_at")):
        rename_sources(list(asked))
        for pk, asked_at in asked.items():
            Renaming.objects.filter(pk=pk, asked_at=asked_at).delete()


def rename_sources(site_ids: list[int]) -> None:
    """Give the visits of these sites the sources and channels that today's lists have.

    Killed anywhere, it can be run again. Raises `Busy`.
    """
    with turn() as mine, writer() as connection:
        rename_hot(site_ids)
        which = f"site_id IN ({', '.join(f'{one:d}' for one in site_ids)}) AND {BARE}"
        for segment in live().filter(shares__site_id__in=site_ids).distinct():
            rows = read("events", [segment.name], which, COLUMNS)
            found = connection.execute(
                "SELECT DISTINCT source, utm_medium, utm_campaign"  # noqa: S608
                f" FROM {rows} WHERE {which}"
            ).fetchall()
            if names := names_of(Told(*each) for each in found):
                note(connection, names)
                rewrite(connection, mine, [segment], amend=amendment(which))


def rename_hot(site_ids: list[int]) -> None:
    found = bare(site_ids).order_by().values_list("source", "utm_medium", "utm_campaign")
    for told, named in names_of(Told(*each) for each in found.distinct()).items():
        with write_transaction():
            EventLog.lock()
            of_it = bare(site_ids).filter(**told._asdict())
            of_it.update(source=named.source, channel=named.channel)
            # What is in memory of these rows is read anew.
            Generation.bump(Generation.EVENTS)


def bare(site_ids: list[int]) -> QuerySet[Event]:
    below = Concat(F("source"), Value("/"))
    of_host = Q(referrer=F("source")) | Q(referrer__startswith=below)
    return Event.objects.filter(of_host, site_id__in=site_ids, utm_source="").exclude(source="")


def names_of(found: Iterable[Told]) -> dict[Told, Named]:
    """Of those that have a name now, which."""
    names: dict[Told, Named] = {}
    for told in found:
        source = source_of_host(told.source.removeprefix(ANDROID))
        if source and source != told.source:
            names[told] = Named(
                source,
                channel(
                    source=source,
                    utm_medium=told.utm_medium,
                    utm_source="",
                    utm_campaign=told.utm_campaign,
                    click_id="",
                ),
            )
    return names


def note(connection: duckdb.DuckDBPyConnection, names: dict[Told, Named]) -> None:
    """Fill the table `renamed`."""
    columns = zip(*((*told, *named) for told, named in names.items()), strict=True)
    texts = ", ".join(
        f"unnest(${place}::VARCHAR[]) AS {name}"
        for place, name in enumerate((*Told._fields, "new_source", "new_channel"), 1)
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE renamed AS SELECT {texts}",
        [list(column) for column in columns],
    )


def amendment(which: str) -> str:
    same = " AND ".join(f"leaving.{name} = renamed.{name}" for name in Told._fields)
    chosen = f"id IN (SELECT id FROM leaving WHERE {which})"  # noqa: S608
    return (
        "UPDATE leaving SET source = renamed.new_source, channel = renamed.new_channel"  # noqa: S608
        f" FROM renamed WHERE {same} AND leaving.{chosen}"
    )
