"""The changes of a site as storage has them, and who is told of each."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from tracking.access import Right, rights_of, roles_at
from tracking.audit import Did, Means, What
from tracking.models import Change, Role

# What all who may see a site find on its pages; the rest is for those who manage it.
OF_ALL = {What.NOTE, What.SEGMENT, What.GOAL, What.FUNNEL, What.RATE}
# Whoever was away for more than this hears the latest of it.
MOST = 100


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a frame, and the ids of the people who hear of it."""

    id: int
    what: str
    frame: str
    tab: str
    hearers: frozenset[int]


def last(site_id: int) -> int:
    """The highest id of a site's changes, 0 without one."""
    return Change.objects.filter(site=site_id).aggregate(last=Max("pk"))["last"] or 0


def end() -> int:
    """The highest id of all sites' changes, 0 without one."""
    return Change.objects.aggregate(last=Max("pk"))["last"] or 0


def after(site_id: int, heard: int) -> list[Told]:
    """The latest changes with a higher id, oldest first."""
    later = Change.objects.filter(site=site_id, pk__gt=heard).select_related("by", "person")
    found = list(reversed(later.order_by("-pk")[:MOST]))
    if not found:
        return []
    roles = roles_at(site_id)
    return [Told(each.pk, each.what, frame(each), each.tab, hearers(each, roles)) for each in found]


def hearers(change: Change, roles: dict[int, Role]) -> frozenset[int]:
    """`roles` are those of all who see the site."""
    if change.whose_id:
        return frozenset({change.whose_id})
    needed = Right.SEE if change.what in OF_ALL else Right.MANAGE
    return frozenset(pk for pk, role in roles.items() if needed in rights_of(role))


def frame(change: Change) -> str:
    return json.dumps(
        {"type": "change", "change": change.pk, "what": change.what, "text": words(change)}
    )


def words(change: Change) -> str:
    """Such as “ada added the note “Release 2””, with the person's name."""
    if (change.did, change.what) == (Did.ADDED, What.MEMBER) and change.by_id == change.person_id:
        return f"{actor(change)} joined"
    named = f"the {change.get_what_display()}"
    if change.name:
        named += f" “{change.name}”"
    if change.person:
        named += f" {name_of(change.person)}"
    return f"{actor(change)} {change.get_did_display()} {named}"


def actor(change: Change) -> str:
    """Who did it; nobody's name is left of an account that was deleted since."""
    if change.by:
        return name_of(change.by)
    return {Means.COMMAND: "A command", Means.SERVER: "The server"}.get(change.means, "Somebody")


def name_of(person: Any) -> str:
    """What the others call a person: the first part of the e-mail address."""
    return person.email.partition("@")[0]
