"""Prints what the changelog says of a version: `python deploy/release_notes.py 1.2.0`.

Ends with a sentence where pyproject.toml names another.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHANGELOG = ROOT / "CHANGELOG.md"
PROJECT = ROOT / "pyproject.toml"


def notes(changelog: str, version: str) -> str:
    """The section whose heading begins with the version; LookupError where there is none."""
    sections = re.split(r"^## +", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, text = section.partition("\n")
        if heading.split()[:1] == [version]:
            return text.strip() + "\n"
    raise LookupError(f"CHANGELOG.md has no section of {version}")


def check_version(project: str, version: str) -> None:
    """LookupError unless the text of pyproject.toml names this version."""
    if (named := tomllib.loads(project)["project"]["version"]) != version:
        raise LookupError(f"pyproject.toml says {named}, not {version}")


if __name__ == "__main__":
    try:
        check_version(PROJECT.read_text(), sys.argv[1])
        print(notes(CHANGELOG.read_text(), sys.argv[1]), end="")
    except IndexError:
        sys.exit("usage: release_notes.py VERSION")
    except LookupError as error:
        sys.exit(str(error))
