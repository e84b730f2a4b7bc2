"""Whether a page holds only what its templates have."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import django
from django.conf import settings
from django.http import HttpResponseBase

ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "xlink:href", "hx-get")
# Sample mails, and a report as it would be mailed.
MAILS = re.compile(r"/styles/mail/|/(?:sites|teams)/[^/?]+/reports/preview/mail\?")
RUNS = re.compile(r"\s*(javascript|vbscript|data:text)", re.IGNORECASE)


@cache
def known_tags() -> frozenset[str]:
    """The elements that our templates, Django's and the libraries' have."""
    packages = Path(django.__file__).parent.parent
    folders = [settings.BASE_DIR / "templates", *packages.glob("*/**/templates")]
    texts = (path.read_text() for folder in folders for path in folder.rglob("*.html"))
    ours = {tag for text in texts for tag in re.findall(r"<([a-z][\w-]*)", text)}
    icons = (settings.BASE_DIR / "templates").rglob("*.svg")
    return frozenset(ours.union(*(re.findall(r"<([a-z][\w-]*)", p.read_text()) for p in icons)))


class Foreign(HTMLParser):
    """Collects what no template has: other elements, handlers, addresses that run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in known_tags() - {"iframe", "object", "embed"} and not is_sample(tag, given):
            self.found.append(f"<{tag}>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append(f"<script {given}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "style") or not is_name(name):
                self.found.append(f"<{tag} {name}>")
            if name in ADDRESSES and RUNS.match(value or ""):
                self.found.append(f"<{tag} {name}={value}>")


def is_sample(tag: str, given: dict[str, str | None]) -> bool:
    """Whether it is the frame of a sample mail, in which nothing may run."""
    src = given.get("src") or ""
    return tag == "iframe" and MAILS.match(src) is not None and not given.get("sandbox", "no")


def is_name(name: str) -> bool:
    return bool(re.fullmatch(r"[a-z][\w:.@-]*", name, re.IGNORECASE))


def foreign(html: str) -> list[str]:
    parser = Foreign()
    parser.feed(html)
    return parser.found


def foreign_in(answer: HttpResponseBase) -> list[str]:
    if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
        return []
    found = foreign(answer.content.decode())
    if "sandbox" in answer.headers.get("Content-Security-Policy", ""):
        # A sample mail: programs for mail know styles by attribute alone.
        found = [each for each in found if not each.endswith(" style>")]
    return found
