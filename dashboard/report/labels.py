"""What a dimension's value is called on a page."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from django.conf import settings

from dashboard.report.formats import LOCALE

LOCALE_DATA = Locale.parse(LOCALE)

# What the query engine says for a value that is not known.
NOT_SET = "(not set)"
NONE = "(none)"


def label(dimension: str, value: str) -> str:
    """A value in words: a country's and a language's name, and never an empty text."""
    if value in ("", NOT_SET):
        return "Unknown"
    if dimension == "visit:country":
        return LOCALE_DATA.territories.get(value, value)
    if dimension == "visit:language":
        return _language(value) or value
    return value


def containing(dimension: str, text: str) -> list[Any]:
    """The clause of the query language that leaves values whose names contain a text.

    In whatever case; where nothing fits it leaves nothing.
    """
    if dimension == "visit:country":
        return ["is", dimension, _codes(LOCALE_DATA.territories, text) or [text]]
    if dimension == "visit:language":
        known = "|".join(map(re.escape, _codes(LOCALE_DATA.languages, text))) or re.escape(text)
        return ["matches", dimension, [f"^(?i:{known})([-_].*)?$"]]
    return ["contains", dimension, [text], {"case_sensitive": False}]


def value(dimension: str, text: str) -> str:
    """What a person means who types a value: of countries also the name, in whatever case."""
    if dimension != "visit:country":
        return text
    wanted = text.strip().casefold()
    names = LOCALE_DATA.territories.items()
    return next((c for c, name in names if wanted in (name.casefold(), c.casefold())), text)


def _codes(names: Mapping[str, str], text: str) -> list[str]:
    return [code for code, name in names.items() if text.casefold() in name.casefold()]


def _language(tag: str) -> str | None:
    """The name of a language tag's language: German for de-AT."""
    return LOCALE_DATA.languages.get(tag.replace("_", "-").split("-")[0].lower())


@cache
def _flags() -> frozenset[str]:
    return frozenset(path.stem for path in Path(settings.BASE_DIR, "static/flags").glob("*.svg"))


def flag(country: str) -> str:
    """The static file of a country's flag, or of no flag."""
    code = country.lower()
    return f"flags/{code if code in _flags() else 'xx'}.svg"
