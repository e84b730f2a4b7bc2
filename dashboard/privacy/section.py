"""A page's text as data, for HTML and Markdown alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What it is about, a sentence, and where that leads, if anywhere."""

    name: str
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    intro: str
    rows: tuple[Row, ...]
