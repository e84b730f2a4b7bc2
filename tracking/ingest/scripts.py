"""The tracker scripts that the accept application serves, and where."""

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


class Scripts:
    """All scripts by path, built once at the start."""

    def __init__(self) -> None:
        folder = Path(settings.BASE_DIR) / "static/tracker"
        source = (folder / "footfall.js").read_text()
        self._by_path = {
            settings.SCRIPT_PATH: script.build(source, settings.EVENT_PATH),
            source_path(settings.SCRIPT_PATH): script.readable(source),
        } | {
            path: script.readable((folder / name).read_text()) for path, name in COMPATIBLE.items()
        }

    def at(self, path: str) -> script.Script | None:
        return self._by_path.get(path)


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
