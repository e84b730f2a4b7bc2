"""How the interpreter is set for a process that answers hits."""

import atexit
import gc
import sys

# A thread that comes back from SQLite or from a file waits this long for a busy event loop to let
# it go on, several times a commit. With Python's 5 ms, a commit takes 30 ms of waiting.
SWITCH_SECONDS = 0.0005


def set_up() -> None:
    """To be called when nearly all is imported."""
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is there now stays. Looking through it for garbage, again and again, would stop all
    # answers for a tenth of a second.
    gc.collect()
    gc.freeze()
    # At the end all is looked through once, or DuckDB complains at length of what is left.
    atexit.register(gc.unfreeze)
