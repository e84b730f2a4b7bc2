"""Prints what the changelog says of a version: `python deploy/release_notes.py 1.2.0`."""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """The section whose heading begins with the version; LookupError where there is none."""
    sections = re.split(r"^## +", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, text = section.partition("\n")
        if heading.split()[:1] == [version]:
            return text.strip() + "\n"
    raise LookupError(f"CHANGELOG.md has no section of {version}")


if __name__ == "__main__":
    try:
        print(notes(CHANGELOG.read_text(), sys.argv[1]), end="")
    except IndexError:
        sys.exit("usage: release_notes.py VERSION")
    except LookupError as error:
        sys.exit(str(error))
