"""What a page has to do with others who have the same site open."""

from typing import Any

from django.http import HttpRequest

from realtime import room
from realtime.room import changes
from realtime.room.telling import Did, What
from tracking.models import Site

__all__ = ["Did", "What", "mark", "tell"]


def tell(
    request: HttpRequest,
    site: Site,
    did: Did,
    what: What,
    name: object = "",
    *,
    own: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    """Tell the others what the person who asks changed; of what is their `own`, them alone.

    In the transaction of the change; `details` are those of `tracking.audit.record`.
    """
    change = room.tell(
        site,
        did,
        what,
        name,
        by=request.user,
        tab=request.headers.get("X-Tab", ""),
        whose=request.user if own else None,
        details=details,
    )
    # Where the answer is a page itself, it knows what was done.
    note(request, change)


def mark(request: HttpRequest, site: Site) -> None:
    """Note in a page up to where it knows the changes of its site: `request.change`.

    Before anything else of the page is read, so that nothing falls between it and its socket.
    """
    if "HX-Request" not in request.headers:
        note(request, changes.last(site.pk))


def note(request: HttpRequest, change: int) -> None:
    request.change = change  # type: ignore[attr-defined]
