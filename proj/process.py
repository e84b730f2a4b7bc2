"""Which of the server's kinds of process this one is; docs/operations.md names them."""

import sys
from pathlib import Path

HITS, PAGES, SOCKETS, QUEUE, SERVE, COMMAND = (
    *("hits", "pages", "sockets", "queue"),
    # One process that is all four, and one that is none.
    *("serve", "command"),
)
COMMANDS = {"run_huey": QUEUE, "serve": SERVE}

_kind = ""


def kind() -> str:
    return _kind or kind_of(sys.argv)


def named(by_application: str) -> None:
    """Let the application that is served say it, where the program does not."""
    global _kind
    known = kind_of(sys.argv)
    _kind = by_application if known == COMMAND else known


def kind_of(argv: list[str]) -> str:
    """By a command line, of which the first part is the program."""
    program = Path(argv[0]) if argv else Path()
    # As `python -m daphne` it is known by its folder.
    if "daphne" in (program.name, program.parent.name):
        return SOCKETS
    return COMMANDS.get(argv[1], COMMAND) if argv[1:] else COMMAND
