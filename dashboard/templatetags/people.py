"""How pages speak to the person who reads them."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import dateformat

register = template.Library()


@register.filter
def moment(at: datetime, person: Any) -> str:
    """A moment in the time zone that a person prefers, which is named: “3 Nov 2026, 14:05 CET”."""
    local = at.astimezone(getattr(person, "zone", UTC))
    name = local.tzname() or ""
    # Of some zones the system knows no other name than how far from UTC they are.
    named = f"UTC{name}" if name[:1] in ("+", "-") else name
    return f"{dateformat.format(local, 'j M Y, H:i')} {named}"
