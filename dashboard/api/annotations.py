"""Notes on the charts of a site: `/api/v1/sites/annotations`, such as a deploy adds."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from dashboard.api.bodies import known, text
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.paging import page
from dashboard.api.rows import named_site, row_id
from dashboard.api.saving import saving
from dashboard.report.notes import MOST
from dashboard.report.periods import EARLIEST, LATEST
from realtime import room
from realtime.room.telling import Did, What
from tracking.access import Right
from tracking.models import Annotation, Site
from tracking.models.keys import Scope

KEYS = ("site_id", "text", "time", "reference")


def note_json(note: Annotation) -> dict[str, Any]:
    return {
        "id": str(note.pk),
        "time": note.time.astimezone(UTC).isoformat(),
        "text": note.text,
        "reference": note.reference or None,
    }


@needs(Scope.SITES_READ)
def listing(call: Call) -> Answer:
    """`GET /api/v1/sites/annotations?site_id=…`."""
    site = call.site(text(call.request.GET.dict(), "site_id"), Right.SEE)
    notes, meta = page(Annotation.objects.filter(site=site), call.request.GET)
    return {"annotations": [note_json(note) for note in notes], "meta": meta}


@needs(Scope.NOTES_WRITE)
def find_or_create(call: Call) -> Answer:
    """`POST /api/v1/sites/annotations`: a new note, or the one that has the reference already."""
    fields = known(call.body, KEYS)
    site = call.site(text(fields, "site_id"), Right.EDIT)
    wanted = read_note(site, fields, call.key.user)
    with saving():
        # In turn, so that of two requests with one reference the second finds the first one's.
        Site.objects.select_for_update().get(pk=site.pk)
        note = same_note(wanted)
        if note is None:
            wanted.full_clean()
            check_room(site)
            wanted.save()
            room.tell(site, Did.ADDED, What.NOTE, wanted, by=call.key.user, key=call.key)
    return note_json(note or wanted)


@needs(Scope.NOTES_WRITE)
def delete(call: Call, note_id: str) -> Answer:
    """`DELETE /api/v1/sites/annotations/NOTE_ID`, with `site_id` in the body or the address."""
    site = call.site(named_site(call), Right.EDIT)
    note = site.annotations.filter(pk=row_id(note_id)).first()
    if note is None:
        raise ApiError(404, f"The site {site.domain} has no note {note_id:.100}.")
    with transaction.atomic():
        note.delete()
        room.tell(site, Did.DELETED, What.NOTE, note, by=call.key.user, key=call.key)
    return {"deleted": True}


def read_note(site: Site, fields: dict[str, Any], user: Any) -> Annotation:
    """The note that a body describes, neither checked as a whole nor saved."""
    return Annotation(
        site=site,
        time=read_time(text(fields, "time", "")),
        text=text(fields, "text").strip(),
        reference=text(fields, "reference", "").strip(),
        created_by=user,
    )


def read_time(plain: str) -> datetime:
    """The moment of an ISO 8601 text, which without a zone is in UTC; now for an empty one."""
    if not plain:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(plain)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ApiError(
            400, "The value of 'time' must be a time such as 2026-11-20T14:30:00Z."
        ) from None
    if not EARLIEST <= moment.date() <= LATEST:
        raise ApiError(400, "The value of 'time' is in no year that a report shows.")
    return moment


def same_note(wanted: Annotation) -> Annotation | None:
    """The site's note of that reference; none for a note without one."""
    if not wanted.reference:
        return None
    notes = Annotation.objects.filter(site=wanted.site, reference=wanted.reference)
    return notes.order_by("pk").first()


def check_room(site: Site) -> None:
    """Raises `ApiError` where the site has as many notes as it may have."""
    if site.annotations.count() >= MOST:
        raise ApiError(409, f"A site has at most {MOST} notes. Delete some first.")
