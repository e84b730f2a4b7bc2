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
# Its names since October 2025 hold a number of Plausible's server; the page says its options.
PLAUSIBLE_INIT = re.compile(r"/js/pa-[\w-]+\.js", re.ASCII)
START_IN_SOURCE = "start(document.currentScript, window.footfall);"
# What a page is when it is counted, and where the part that measures it goes.
PAGE_IN_SOURCE = "page = hit;"
END_IN_SOURCE = "    window.footfall = footfall;"
SEND_IN_SOURCE = "post(JSON.stringify(hit), true, callback);"


class Scripts:
    """All scripts by path, built once at the start."""

    def __init__(self) -> None:
        folder = Path(settings.BASE_DIR) / "static/tracker"
        source = (folder / "footfall.js").read_text()
        self._source = source
        self._variants: dict[frozenset[str], script.Script] = {}
        init = (folder / "plausible_init.js").read_text()
        self._init = script.build(for_plausible_init(source, init), settings.EVENT_PATH)
        measuring = with_vitals(source, (folder / "vitals.js").read_text())
        vitals_path = script.path_of(settings.SCRIPT_PATH, "vitals")
        self._by_path = {
            settings.SCRIPT_PATH: script.build(source, settings.EVENT_PATH),
            script.path_of(settings.SCRIPT_PATH, "src"): script.readable(source),
            vitals_path: script.build(measuring, settings.EVENT_PATH),
            script.path_of(vitals_path, "src"): script.readable(measuring),
        } | {
            path: script.readable((folder / name).read_text()) for path, name in COMPATIBLE.items()
        }

    def at(self, path: str) -> script.Script | None:
        if found := self._by_path.get(path):
            return found
        if PLAUSIBLE_INIT.fullmatch(path):
            return self._init
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
    switched_on = "".join(f'{option}: "", ' for option in sorted(options))
    options_too = f"{{ {switched_on}...{SETTINGS_IN_SOURCE} }}"
    return replaced(
        replaced(source, SETTINGS_IN_SOURCE, options_too),
        GLOBAL_IN_SOURCE,
        "window.footfall || window.plausible);\n  window.plausible = window.footfall;",
    )


def for_plausible_init(source: str, init: str) -> str:
    """Our script for a page that calls `plausible.init`, whose options may change each hit."""
    changing = f"(hit = settings.change(hit)) ? {SEND_IN_SOURCE[:-1]} : callback?.();"
    return replaced(replaced(source, SEND_IN_SOURCE, changing), START_IN_SOURCE, init)


def with_vitals(source: str, part: str) -> str:
    """Our script with the part that measures web vitals, which stands among its functions."""
    loaded = f"{PAGE_IN_SOURCE}\n        loaded ??= hit;"
    return replaced(
        replaced(source, PAGE_IN_SOURCE, loaded), END_IN_SOURCE, f"{part}\n{END_IN_SOURCE}"
    )


def replaced(source: str, text: str, other: str) -> str:
    """Raises ValueError unless the source says the text exactly once."""
    if source.count(text) != 1:
        raise ValueError(f"the tracker's source must say {text} exactly once")
    return source.replace(text, other)


def served(found: script.Script, request: Request) -> Response:
    """The answer to a request for a script."""
    status, headers, body = script.negotiate(
        found,
        request.headers.get("accept-encoding", ""),
        request.headers.get("if-none-match", ""),
    )
    return Response(status, body, tuple(headers))
