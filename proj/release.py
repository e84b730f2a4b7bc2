"""Which release this is."""

import tomllib
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@cache
def version() -> str:
    """Such as 1.2.0."""
    with PROJECT.open("rb") as file:
        return tomllib.load(file)["project"]["version"]
