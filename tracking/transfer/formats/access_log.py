"""Access logs of nginx, Apache and Caddy: requests for pages as pageviews.

Rotated logs may come in any order, compressed or not. `tracking.transfer.access_logs` reads them.
"""

from collections.abc import Iterator
from itertools import chain, islice

from tracking.transfer.access_logs.entry import Unreadable, entry_of
from tracking.transfer.access_logs.guess import LOOKED_AT, LineFormat, guess, told
from tracking.transfer.access_logs.patterns import KNOWN
from tracking.transfer.access_logs.reader import Reader, record_key
from tracking.transfer.access_logs.requests import Uncounted
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.format import Format, Item, LeftOut, Record, Refused
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.source import Source, Stream

# Requests have far fewer, and what is no request is not looked through.
LONGEST = 32 * 1024
TOO_LONG = "It is longer than 32 KB."
NO_FORM = "It does not have the form of the log's other lines."
UNKNOWN = (
    "The file's lines have none of the forms of access logs that are known here. Say which they"
    f" have with --log-format: {', '.join(KNOWN)}, or the server's own format string."
)


def recognises(sample: Sample) -> bool:
    """Whether most of the first lines tell of requests; the last of a sample may be cut."""
    lines = sample.start.decode(errors="replace").splitlines()
    return guess(line for line in lines[:-1] or lines if len(line) <= LONGEST) is not None


def read(source: Source) -> Iterator[Item]:
    reader = Reader(source.site)
    chosen = told(source.option("log_format")) if source.option("log_format") else None
    for stream in source.streams():
        yield from _of_stream(stream, chosen, reader)


def _of_stream(stream: Stream, chosen: LineFormat | None, reader: Reader) -> Iterator[Item]:
    lines = stream.lines()
    first = list(islice(lines, LOOKED_AT))
    if not first:
        return
    form = chosen or guess(text for _, text, _ in first if text and len(text) <= LONGEST)
    if form is None:
        raise ImportProblem(UNKNOWN)
    for number, text, problem in chain(first, lines):
        if text is None or len(text) > LONGEST:
            yield Refused(number, problem or TOO_LONG)
        elif text.strip():
            yield _item(number, text, form, reader)


def _item(number: int, text: str, form: LineFormat, reader: Reader) -> Item:
    values = form.read(text)
    if values is None:
        return Refused(number, NO_FORM)
    try:
        entry = entry_of(values)
        fields = reader.fields(entry)
    except Unreadable as problem:
        return Refused(number, str(problem))
    if isinstance(fields, Uncounted):
        return LeftOut(fields.value)
    return Record(number, fields, record_key(entry))


ACCESS_LOG = Format(
    "access-log",
    "Access log (nginx, Apache, Caddy)",
    recognises,
    read,
    ("log_format", "before"),
)
