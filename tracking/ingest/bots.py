"""Which user agents are programs: crawlers, HTTP libraries, headless browsers, monitors.

The patterns are those of isbot (the package ``is-bot`` carries them). Most run in
ua-parser's Rust engine, whose time is linear in the length of the text; the few that look
around a word, which that engine does not know, run one by one in ``regex``. docs/choices.md
tells what was measured.

An empty user agent is no bot: servers and apps that send hits on a person's behalf may have
none to pass on, and Plausible counts them too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import regex
from is_bot import Bots
from ua_parser_rs import UserAgentExtractor

from tracking.enrich.user_agent import within_limit

# Telephones and browsers that people use have these words in their names ("SogouMobile",
# "Discovery", "OMI/4.20.3.54.Catcher2"), and other patterns find nearly all bots that do.
_NAMES_OF_DEVICES = ("sogou", "discovery", "catch")

_LOOKAROUND = ("(?=", "(?!", "(?<=", "(?<!")


@lru_cache(maxsize=8192)
def is_bot(user_agent: str) -> bool:
    """Tell of any text whatever whether it is a program's; reads its first 512 bytes."""
    text = within_limit(user_agent)
    return any(found(text) for found in _searches())


@cache
def _searches() -> list[Callable[[str], object]]:
    bots = Bots()
    bots.exclude(_NAMES_OF_DEVICES)
    looking = sorted(p for p in bots.patterns if any(mark in p for mark in _LOOKAROUND))
    plain = sorted(bots.patterns.difference(looking))
    engine = UserAgentExtractor((f"(?i){p}", "bot", "0", "0", "0", "0") for p in plain)
    return [engine.extract, *(regex.compile(p, regex.IGNORECASE).search for p in looking)]
