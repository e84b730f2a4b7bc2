"""English names of countries, as the Unicode CLDR has them."""

from functools import cache

from babel import Locale


@cache
def country_names() -> dict[str, str]:
    """The name of each ISO 3166-1 alpha-2 code."""
    territories = Locale("en").territories
    return {code: name for code, name in territories.items() if len(code) == 2 and code.isalpha()}
