"""What a check is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from django.db import Error, connection

logger = structlog.get_logger(__name__)


class State(StrEnum):
    OK = "ok"
    LOOK = "look"  # somebody should look at it some time
    BAD = "bad"  # somebody should see to it now


@dataclass(frozen=True)
class Finding:
    """What is found, in words, and what to do about it where something is to be done."""

    state: State
    words: str
    advice: str = ""


def ok(words: str) -> Finding:
    return Finding(State.OK, words)


def look(words: str, advice: str) -> Finding:
    return Finding(State.LOOK, words, advice)


def bad(words: str, advice: str) -> Finding:
    return Finding(State.BAD, words, advice)


@dataclass(frozen=True)
class Check:
    """`find` may raise anything: what cannot be found out is a finding too.

    One that needs the database is not asked while that is away, so that all of them together take
    a bounded time.
    """

    name: str
    find: Callable[[datetime], Finding]
    needs_database: bool = True


@dataclass(frozen=True)
class Found:
    name: str
    finding: Finding


NO_DATABASE = bad("not known", "The database does not answer.")


def run(checks: Iterable[Check], now: datetime) -> list[Found]:
    there = database_answers()
    found = []
    for check in checks:
        can_ask = there or not check.needs_database
        found.append(Found(check.name, finding_of(check, now) if can_ask else NO_DATABASE))
    return found


def finding_of(check: Check, now: datetime) -> Finding:
    try:
        return check.find(now)
    except Exception as error:
        logger.warning("status_not_known", check=check.name, error=type(error).__name__)
        advice = "The server's log tells more."
        if isinstance(error, Error | OSError):
            advice = "Something that the server needs does not answer."
        return bad(f"not known: {type(error).__name__}", advice)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
