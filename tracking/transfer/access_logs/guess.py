"""Which format a log has, from its first lines or from what its owner says."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from tracking.transfer.access_logs.entry import Unreadable, entry_of
from tracking.transfer.access_logs.json_lines import JsonLines, keys_of
from tracking.transfer.access_logs.patterns import KNOWN, bare, known, pattern_of

LOOKED_AT = 100


class LineFormat(Protocol):
    def read(self, line: str) -> Mapping[str, str] | None: ...


def told(text: str) -> LineFormat:
    """The format that a string of a server's configuration describes, or one of `KNOWN` by name.

    Raises `ImportProblem` for a text that describes none.
    """
    if text.strip() in KNOWN:
        return known(text.strip())
    return keys_of(text) if bare(text).lstrip().startswith("{") else pattern_of(text)


def guess(lines: Iterable[str]) -> LineFormat | None:
    """The format that most of a log's first lines have; None where few have any."""
    some = [line for _, line in zip(range(LOOKED_AT), filter(None, lines), strict=False)]
    formats: list[LineFormat] = [JsonLines(), *map(known, KNOWN)]
    found = [sum(_reads(each, line) for line in some) for each in formats]
    most = max(found)
    # Some of what reaches a server is no request.
    return formats[found.index(most)] if some and most * 2 >= len(some) else None


def _reads(form: LineFormat, line: str) -> bool:
    try:
        values = form.read(line)
        return values is not None and entry_of(values) is not None
    except Unreadable:
        return False
