import re
from pathlib import Path

from dashboard.report.brands import SLUGS, brand


def test_each_mark_is_among_the_symbols():
    symbols = set(
        re.findall('<symbol id="([a-z0-9]+)"', Path("static/brands/brands.svg").read_text())
    )

    assert set(SLUGS.values()) == symbols


def test_a_name_without_a_mark_has_none():
    assert ("google", "") == (brand("Google"), brand("Bing"))
