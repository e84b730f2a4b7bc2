"""What a format reads as blocks of lines, as those of raw events are."""

from collections import Counter
from collections.abc import Iterator

from msgspec import json

from tracking.transfer.checks import KEY
from tracking.transfer.formats.format import Format, LeftOut, Record, Refused
from tracking.transfer.formats.source import Source
from tracking.transfer.reading import NOT_TEXT, Block, Refusal

BLOCK_RECORDS = 20_000
# So many lines are read at most until somebody hears how far it is.
BLOCK_LINES = 200_000


def foreign_blocks(chosen: Format, source: Source) -> Iterator[Block]:
    """The blocks of a source's files. Raises `ImportProblem`."""
    gathering = _Gathering()
    for item in chosen.read(source):
        gathering.read += 1
        match item:
            case Record():
                gathering.take(item)
            case Refused():
                gathering.refused.append((item.number, item.reason))
            case LeftOut():
                gathering.left_out[item.reason] += 1
        if gathering.is_full:
            yield gathering.block(source.done)
            gathering = _Gathering()
    yield gathering.block(source.done)


class _Gathering:
    def __init__(self) -> None:
        self.read = 0
        self.lines: list[str] = []
        self.numbers: list[int] = []
        self.refused: list[Refusal] = []
        self.left_out: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= BLOCK_RECORDS or self.read >= BLOCK_LINES

    def take(self, record: Record) -> None:
        try:
            line = json.encode({**record.fields, KEY: record.key or None}).decode()
        except UnicodeEncodeError:
            self.refused.append((record.number, NOT_TEXT))
            return
        self.lines.append(line)
        self.numbers.append(record.number)

    def block(self, done: int) -> Block:
        text = "\n".join(self.lines)
        return Block(done, text, self.numbers, self.refused, dict(self.left_out))
