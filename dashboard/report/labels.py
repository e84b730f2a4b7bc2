"""What a dimension's value is called on a page."""

from functools import cache
from pathlib import Path

from babel import Locale
from django.conf import settings

from dashboard.report.formats import LOCALE

LOCALE_DATA = Locale.parse(LOCALE)

# What the query engine says for a value that is not known.
NOT_SET = "(not set)"


def label(dimension: str, value: str) -> str:
    """A value in words: a country's and a language's name, and never an empty text."""
    if value in ("", NOT_SET):
        return "Unknown"
    if dimension == "visit:country":
        return LOCALE_DATA.territories.get(value, value)
    if dimension == "visit:language":
        return _language(value) or value
    return value


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
