"""The data page as text for a site's own privacy notice."""

import re
from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard.privacy.section import Row, Section

# What Markdown (CommonMark 0.31, section 2.4) would take for a sign of its own.
SIGNS = re.compile(r"([\\`*_\[\]<>#|])")


def markdown(sections: Iterable[Section]) -> str:
    return "\n\n".join(map(section_markdown, sections)) + "\n"


def section_markdown(section: Section) -> str:
    rows = "\n".join(f"- **{plain(row.name)}**: {linked(row)}" for row in section.rows)
    parts = [f"## {plain(section.title)}", plain(section.intro), rows]
    return "\n\n".join(part for part in parts if part)


def linked(row: Row) -> str:
    return f"[{plain(row.words)}](<{row.link}>)" if row.link else plain(row.words)


def plain(text: str) -> str:
    return SIGNS.sub(r"\\\1", text)


def html(sections: Iterable[Section]) -> SafeString:
    return format_html_join("\n", "{}", ((section_html(each),) for each in sections))


def section_html(section: Section) -> SafeString:
    intro = format_html("<p>{}</p>\n", section.intro) if section.intro else ""
    rows = ((row.name, words_html(row)) for row in section.rows)
    items = format_html_join("\n", "<li><strong>{}</strong>: {}</li>", rows)
    return format_html("<h2>{}</h2>\n{}<ul>\n{}\n</ul>", section.title, intro, items)


def words_html(row: Row) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', row.link, row.words) if row.link else row.words
