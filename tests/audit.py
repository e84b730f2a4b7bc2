"""Asks for known weaknesses of the pinned packages; run as `python -m tests.audit`.

Ends with 0 where none is known, 1 where one is, and 3 where that could not be found out: pip-audit
by itself calls it a success when no source of advisories knows the packages it asks for.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.server import ROOT

FILES = ("requirements/run.txt", "requirements/test.txt", "requirements/audit.txt")
COMMAND = ("--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json")
WEAK, UNKNOWN = 1, 3


@dataclass(frozen=True)
class Outcome:
    code: int
    words: str


def outcome(report: str) -> Outcome:
    """What a report of pip-audit means; an empty one is of an audit that did not happen."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Outcome(UNKNOWN, "NOT AUDITED: no source of advisories could be reached.")
    weak = [
        f"{each['name']} {each['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no version'}"
        for each in packages
        for found in each.get("vulns", [])
    ]
    if weak:
        return Outcome(WEAK, "\n".join(["Known weaknesses:", *weak]))
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    if unknown or not packages:
        return Outcome(
            UNKNOWN,
            f"NOT AUDITED: {len(unknown)} of {len(packages)} packages are unknown to the source of "
            "advisories that can be reached from here.",
        )
    return Outcome(0, f"No weakness is known of {len(packages)} packages.")


def report_of(file: str) -> str:
    program = str(ROOT / ".venv" / "bin" / "pip-audit")
    try:
        done = subprocess.run(
            [program, "-r", file, *COMMAND], cwd=ROOT, capture_output=True, text=True, timeout=300
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def main(tolerant: bool) -> int:
    """`tolerant` is for runs without the internet: there, not knowing is said and passes."""
    codes = set()
    for file in FILES:
        found = outcome(report_of(file))
        print(f"{file}: {found.words}", flush=True)
        codes.add(found.code)
    code = WEAK if WEAK in codes else max(codes)
    return 0 if tolerant and code == UNKNOWN else code


if __name__ == "__main__":
    sys.exit(main("--where-possible" in sys.argv))
