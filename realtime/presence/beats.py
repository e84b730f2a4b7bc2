"""A beat: a page in somebody's browser says that it is looked at, or that it is not any more.

docs/presence.md describes the request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracking.enrich.steps import path_of
from tracking.ingest.accept import Accepted
from tracking.ingest.hit import Hit
from tracking.ingest.protocols.fields import (
    HIT_ID,
    INT32_MAX,
    checked_url,
    first,
    text_of,
    whole_number,
)
from tracking.ingest.protocols.plausible import domains, visitor
from tracking.ingest.refusals import Malformed

BODY_BYTES = 4096
# As much of a path as the other figures of a live page tell.
PATH_CHARACTERS = 300


class State(StrEnum):
    """Of a page: looked at by somebody who does something there, or nothing, or not looked at."""

    ACTIVE = "active"
    IDLE = "idle"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Signal:
    """What a page says of itself. `number` grows with each beat of a page: a late one is known."""

    tab: str
    number: int
    state: State


@dataclass(frozen=True, slots=True)
class Beat:
    """A signal, with whose it is: the ids that the visitor's hits get today and got yesterday."""

    signal: Signal
    visitor: int
    before: int | None
    path: str


def signal_of(body: Mapping[str, Any]) -> Signal:
    """Raises Malformed."""
    tab, number, state = text_of(body, "t"), whole_number(body.get("i"), INT32_MAX), body.get("s")
    if not HIT_ID.fullmatch(tab):
        raise Malformed(t="should be a text of 1 to 64 letters, digits, and . : _ -")
    if number is None:
        raise Malformed(i="must be a whole number")
    if state not in tuple(State):
        raise Malformed(s=f"must be {', '.join(State)}")
    return Signal(tab, number, State(state))


def hits_of(body: Mapping[str, Any]) -> list[Hit]:
    """The hit that the page would send now, one a site, so that all rules of hits hold for it.

    Raises Malformed.
    """
    url = checked_url(text_of(body, "u"))
    hash_mode = first(body, "h") in (1, True)
    return [
        Hit(site=each, name="", url=url, hash_mode=hash_mode, visitor=visitor(body))
        for each in domains(body, url)
    ]


def beat_of(signal: Signal, accepted: Accepted) -> Beat:
    hit = accepted.waiting
    return Beat(signal, hit.visitor, hit.visitor_before, path_of(hit)[:PATH_CHARACTERS])
