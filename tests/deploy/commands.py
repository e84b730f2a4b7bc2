"""The command lines of the processes, as the supervisor, systemd and compose start them."""

import configparser
import shlex

from tests.server import ROOT

# Where a process listens is what differs.
PLACES = {"--bind", "--fd", "--port"}


def supervised(name: str) -> list[str]:
    config = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    config.read(ROOT / "deploy/supervisor/footfall.conf")
    section = next(each for each in config.sections() if each.endswith(f"program:{name}"))
    return shlex.split(config[section]["command"])


def options_of(command: list[str]) -> list[str]:
    """The program and its options without where it lies and where it listens."""
    first = next(
        index
        for index, word in enumerate(command)
        if word.rpartition("/")[2] in ("gunicorn", "daphne", "python")
    )
    program, *words = command[first:]
    kept = [
        word
        for before, word in zip([program, *words], words, strict=False)
        if word not in PLACES and before not in PLACES
    ]
    return [program.rpartition("/")[2], *kept]
