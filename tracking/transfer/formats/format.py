"""What a foreign format is: how its files are recognised, and what they are read into."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tracking.transfer.formats.days import Day, Table
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.source import Source


@dataclass(frozen=True, slots=True)
class Record:
    """A line that becomes an event.

    `number` is its number by `Stream.number`. `fields` are those of docs/transfer.md, as they would
    stand in an NDJSON file; what is wrong with one of them is said of it later. `key` is any text
    that the same record has in every export of its source, and has no address in it: an import adds
    no record that one before it has added. Records with equal keys in one file are counted, the
    second of them equals only a second one. Blank where a record cannot be known again.
    """

    number: int
    fields: Mapping[str, object]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot be read. `reason` is a sentence with nothing of the line's in it."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that is in order and is no event. `reason` says what it is: "Requests of bots"."""

    reason: str


# None stands for a line that is nothing by itself, or for a part of one that was read.
Item = Record | Table | Day | Refused | LeftOut | None


@dataclass(frozen=True)
class Format:
    """A foreign format of files.

    `name` is what commands call it, `title` what people do. `recognises` looks at a file's name and
    its beginning. `read` gives what the files of a source are made of, in an order that is the same
    each time, and needs no more memory for more of it. It raises `ImportProblem` for a file that is
    not of this format, and `Undecided` where a person has to choose.
    """

    name: str
    title: str
    recognises: Callable[[Sample], bool]
    read: Callable[[Source], Iterator[Item]]
    # Which of the command's options it takes beside the file.
    options: tuple[str, ...] = ()
