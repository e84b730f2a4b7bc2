"""Sends requests to a wire format's module and decides on their hits, without storage."""

from datetime import UTC, datetime

from tests.server import CHROME
from tracking.ingest.accept import Outcome, decide
from tracking.ingest.hit import Sender
from tracking.ingest.http import Request, Response
from tracking.ingest.place import NOWHERE, Place
from tracking.ingest.protocols import WireFormat
from tracking.ingest.rules import Rules, SiteRules
from tracking.models import ApiKey

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
KEY = "ff_owner"
OTHERS_KEY = "ff_other"
RULES = Rules(
    sites={"example.com": SiteRules(id=1), "stats.example.com": SiteRules(id=1)}
    | {"5": SiteRules(id=1)},
    keys={ApiKey.hash(KEY): frozenset({1}), ApiKey.hash(OTHERS_KEY): frozenset({2})},
    salts={NOW.date(): b"salt" * 8},
)


class NoPlaces:
    def lookup(self, address: str) -> Place:
        return NOWHERE


def send(
    wire_format: WireFormat, request: Request, **sender: str
) -> tuple[list[Outcome], Response]:
    """What became of the hits of a request from a Chrome at 91.0.0.7, and the answer."""
    outcomes = [
        decide(hit, sender_of(sender), RULES, NoPlaces(), NOW) for hit in wire_format.parse(request)
    ]
    return outcomes, wire_format.answer(request, outcomes)


def sender_of(changes: dict[str, str]) -> Sender:
    shown = {"address": "91.0.0.7", "user_agent": CHROME, "language": "de-DE"} | changes
    return Sender(opts_out=False, **shown)
