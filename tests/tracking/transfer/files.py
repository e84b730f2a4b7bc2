"""Files to import, and what became of them."""

import json
from pathlib import Path
from typing import Any

from tracking.models import Import, Site
from tracking.transfer.importing import run

LINE = {
    "timestamp": "2026-03-10T12:00:00Z",
    "visitor": "ann",
    "name": "pageview",
    "url": "https://example.com/",
}


def written(path: Path, *lines: dict[str, Any] | str) -> Path:
    """An NDJSON file of lines, each `LINE` but for what is said, or any text."""
    texts = [line if isinstance(line, str) else json.dumps(LINE | line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts))
    return path


def imported(
    site: Site,
    path: Path,
    kind: str = "ndjson",
    told: dict[str, str] | None = None,
    **options: Any,
) -> Import:
    job = Import.objects.create(site=site, file_name=path.name, options=told or {})
    run(job, path, kind, **options)
    return job
