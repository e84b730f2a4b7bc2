"""Looks at everything that the server needs, and says what to do."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from proj.bounded import Bounded
from proj.status import inside, outside
from proj.status.checks import CHECKS
from proj.status.finding import Check, Finding, Found, State, bad, run

# For all that one check does.
SECONDS = 20.0


class Command(BaseCommand):
    help = "Check settings, services, disk, clocks and the way through the proxy."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url", default=settings.PUBLIC_URL, help="the address to ask, else FOOTFALL_URL"
        )
        parser.add_argument("--json", action="store_true", help="for programs: a list of findings")

    def handle(self, *args: Any, url: str, json: bool, **options: Any) -> None:
        found = examine((*CHECKS, *inside.CHECKS, *outside.checks(url)), datetime.now(UTC))
        self.stdout.write(as_json(found) if json else "\n".join(lines(found)))
        if any(each.finding.state is State.BAD for each in found):
            sys.exit(1)


def examine(checks: Iterable[Check], now: datetime) -> list[Found]:
    """One after the other, so that none delays another's answer, and each for a bounded time."""
    return [Found(check.name, finding_in_time(check, now)) for check in checks]


def finding_in_time(check: Check, now: datetime) -> Finding:
    try:
        [found] = Bounded(lambda: run([check], now), SECONDS).answer()
    except TimeoutError:
        return bad(
            f"No answer in {SECONDS:.0f} s",
            "Something that it asks hangs: see that service, and the way to it.",
        )
    return found.finding


def lines(found: Iterable[Found]) -> list[str]:
    told = []
    for each in found:
        told.append(f"{each.finding.state:5}{each.name}: {each.finding.words}")
        if each.finding.advice:
            told.append(f"     → {each.finding.advice}")
    return told


def as_json(found: Iterable[Found]) -> str:
    return json.dumps(
        [
            {
                "check": each.name,
                "state": each.finding.state,
                "finding": each.finding.words,
                "advice": each.finding.advice,
            }
            for each in found
        ]
    )
