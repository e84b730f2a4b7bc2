"""How the threads of a process share the interpreter."""

import sys

# A thread that comes back from SQLite or from a file waits this long for a busy event loop to let
# it go on, several times a commit. With Python's 5 ms, a commit takes 30 ms of waiting.
SWITCH_SECONDS = 0.0005


def share_interpreter() -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
