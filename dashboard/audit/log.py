"""The audit log of a site or a team as its page shows it, newest first, a page at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from tracking.audit import What
from tracking.models import Change, Site, Team

SHOWN = 50


@dataclass(frozen=True)
class Row:
    """A change, and of each field that it changed the name, what it was, and what it is."""

    change: Change
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Log:
    """`what` and `who` (an id) are what was chosen; `chosen` is the two as a query.

    `older` is the query of the next page, empty on the last one.
    """

    rows: list[Row]
    what: str
    who: str
    chosen: str
    older: str

    @classmethod
    def read(cls, place: Site | Team, person: Any, asked: Mapping[str, str]) -> "Log":
        """Raises nothing: what is asked and means nothing is passed over."""
        what = asked.get("what", "") if asked.get("what") in What.values else ""
        who = asked.get("who", "") if is_number(asked.get("who", "")) else ""
        before = asked.get("before", "")
        rows = chosen(place, person, what, who)
        if is_number(before):
            rows = rows.filter(pk__lt=int(before))
        found = list(rows[: SHOWN + 1])
        kept = {"what": what, "who": who}
        more = len(found) > SHOWN
        return cls(
            rows=[Row(each, fields_of(each)) for each in found[:SHOWN]],
            what=what,
            who=who,
            chosen=urlencode(kept),
            older=urlencode({**kept, "before": found[SHOWN - 1].pk}) if more else "",
        )


def changes(place: Site | Team) -> QuerySet[Change]:
    """Of a team: of its people, its invitations and itself, not of its sites."""
    if isinstance(place, Site):
        return Change.objects.filter(site=place)
    return Change.objects.filter(team=place)


def chosen(place: Site | Team, person: Any, what: str = "", who: str = "") -> QuerySet[Change]:
    """Newest first, without what concerns another person alone."""
    mine = Q(whose=None) | Q(whose=person.pk)
    rows = changes(place).filter(mine).select_related("by", "person").order_by("-pk")
    if what:
        rows = rows.filter(what=what)
    return rows.filter(by=int(who)) if who else rows


def people(place: Site | Team) -> list[tuple[str, str]]:
    """Who changed something there: ids and e-mail addresses."""
    ids = changes(place).exclude(by=None).order_by().values("by").distinct()
    found = get_user_model()._default_manager.filter(pk__in=ids).order_by("email")
    return [(str(pk), email) for pk, email in found.values_list("pk", "email")]


def fields_of(change: Change) -> list[tuple[str, str, str]]:
    return [
        (field.replace("_", " ").capitalize(), *before_and_after(value))
        for field, value in change.details.items()
    ]


def before_and_after(value: object) -> tuple[str, str]:
    """Of `[before, after]` both; of a value alone, that it is so; nothing of a secret."""
    if isinstance(value, list) and len(value) == 2:
        return text(value[0]), text(value[1])
    return "", text(value)


def text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(text(each) for each in value)
    return "" if value is None else str(value)


def table(rows: QuerySet[Change]) -> Iterator[list[object]]:
    """The rows for a spreadsheet; what comes first is the heading."""
    yield ["Time", "Who", "Means", "API key", "Did", "What", "Name", "To whom", "Details"]
    for row in rows.iterator():
        fields = [f"{field}: {was} → {now}" for field, was, now in fields_of(row)]
        yield [
            row.made_at.isoformat(timespec="seconds"),
            row.by.email if row.by else "",
            row.get_means_display(),
            row.key_prefix,
            row.get_did_display(),
            row.get_what_display(),
            row.name,
            row.person.email if row.person else "",
            "; ".join(fields),
        ]


def is_number(plain: str) -> bool:
    """Whether it can be the id of a row."""
    return plain.isascii() and plain.isdigit() and len(plain) <= 18
