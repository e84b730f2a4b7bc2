"""The tracker scripts that the accept application serves, and where."""

import re
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from tracking.ingest import script
from tracking.ingest.http import Request, Response

# For pages written for other trackers: small, and served as they stand.
COMPATIBLE = {
    "/count.js": "goatcounter.js",
    "/matomo.js": "matomo.js",
    "/piwik.js": "matomo.js",
    "/script.js": "umami.js",
}


# The names of Plausible's script. Of the options in them, those that ours does not have switched on
# already, with the attribute that does so.
PLAUSIBLE = re.compile(r"/js/(?:plausible|script)((?:\.[a-z-]+)*)\.js")
OPTIONS = ("hash", "manual")
SETTINGS_IN_SOURCE = "script.dataset"
GLOBAL_IN_SOURCE = "window.footfall);"


class Scripts:
    """All scripts by path, built once at the start."""

    def __init__(self) -> None:
        folder = Path(settings.BASE_DIR) / "static/tracker"
        source = (folder / "footfall.js").read_text()
        self._source = source
        self._variants: dict[frozenset[str], script.Script] = {}
        self._by_path = {
            settings.SCRIPT_PATH: script.build(source, settings.EVENT_PATH),
            source_path(settings.SCRIPT_PATH): script.readable(source),
        } | {
            path: script.readable((folder / name).read_text()) for path, name in COMPATIBLE.items()
        }

    def at(self, path: str) -> script.Script | None:
        if found := self._by_path.get(path):
            return found
        match = PLAUSIBLE.fullmatch(path)
        return self._variant(frozenset(match[1].split("."))) if match else None

    def _variant(self, named: frozenset[str]) -> script.Script:
        options = named.intersection(OPTIONS)
        if options not in self._variants:
            source = for_plausible(self._source, options)
            self._variants[options] = script.build(source, settings.EVENT_PATH)
        return self._variants[options]


def for_plausible(source: str, options: Collection[str]) -> str:
    """Our script for a page that was written for Plausible's: its options, and its function."""
    for text in (SETTINGS_IN_SOURCE, GLOBAL_IN_SOURCE):
        if source.count(text) != 1:
            raise ValueError(f"the tracker's source must say {text} exactly once")
    switched_on = "".join(f'{option}: "", ' for option in sorted(options))
    source = source.replace(SETTINGS_IN_SOURCE, f"{{ {switched_on}...{SETTINGS_IN_SOURCE} }}")
    return source.replace(
        GLOBAL_IN_SOURCE,
        "window.footfall || window.plausible);\n  window.plausible = window.footfall;",
    )


def source_path(path: str) -> str:
    """Where the readable source of the script at `path` is: `/js/script.src.js`."""
    stem, dot, ending = path.rpartition(".")
    return f"{stem}.src.{ending}" if dot else f"{path}.src"


def served(found: script.Script, request: Request) -> Response:
    """The answer to a request for a script."""
    status, headers, body = script.negotiate(
        found,
        request.headers.get("accept-encoding", ""),
        request.headers.get("if-none-match", ""),
    )
    return Response(status, b"" if request.method == "HEAD" else body, tuple(headers))
