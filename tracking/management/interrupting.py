"""Commands that can say how they ended when somebody ends them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# As shells tell that Ctrl-C has ended a command.
STOPPED = 130


@contextmanager
def interruptible() -> Iterator[None]:
    """Whatever asks the process to end meanwhile raises KeyboardInterrupt, as Ctrl-C does.

    What is ignored, as `nohup` has it, stays ignored. In the main thread.
    """
    asked = False

    def end(*_: Any) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in ENDING}
    for each, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(each, end)
    try:
        yield
    except RuntimeError:
        # What DuckDB makes of it.
        if asked:
            raise KeyboardInterrupt from None
        raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
