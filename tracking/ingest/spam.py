"""Referrer spam: hits that are sent to have an address seen in reports."""

import re
from functools import cache
from importlib.resources import files

_HOST = re.compile(r"\w+://(?:[^/?#@]*@)?([^/?#:]+)")


def is_spam(referrer: str, hostname: str) -> bool:
    """Whether the referrer of a page on `hostname` is a known spammer's.

    The spammer's own site is one where it refers to itself.
    """
    found = _HOST.match(referrer)
    return found is not None and is_listed(found[1]) and not is_listed(hostname)


def is_listed(hostname: str) -> bool:
    """Whether the list has the host, or one above it."""
    hosts = spammers()
    name = hostname.lower()
    while name:
        if name in hosts:
            return True
        name = name.partition(".")[2]
    return False


@cache
def spammers() -> frozenset[str]:
    text = (files("tracking.ingest") / "data" / "spammers.txt").read_text(encoding="utf-8")
    return frozenset(text.lower().split())
