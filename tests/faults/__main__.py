"""`make faults`: the server under load while something fails, for minutes each.

    python -m tests.faults [--short] [words of a fault's name]

prints what became of each fault, and writes a report. Ends with 1 where a promise was broken: a hit
lost, counted twice or wrongly answered, a dashboard told wrong, or a server not back soon. One of
the faults needs root.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults import report
from tests.faults.report import Tried
from tests.faults.suite import Fault, faults

SHORT = 0.1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("words", nargs="*", help="of a fault's name; without any, all")
    parser.add_argument("--short", action="store_true", help="seconds each, for a quick look")
    asked = parser.parse_args(arguments)
    wanted = [
        each for each in faults() if all(word.lower() in each.name.lower() for word in asked.words)
    ]
    if not wanted:
        print(f"No fault has {' '.join(asked.words)} in its name.")
        return 1
    about, tried = report.circumstances(arguments), list[Tried]()
    for fault in wanted:
        print(f"\n{fault.name}", flush=True)
        tried.append(found := attempt(fault, SHORT if asked.short else 1))
        print(described(found), flush=True)
        path = report.write(about, tried)
    print(f"\n{path}")
    return int(any(each.failure for each in tried))


def attempt(fault: Fault, scale: float) -> Tried:
    failure, figures = "", {}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="footfall-faults-") as folder:
        try:
            figures = fault.run(Path(folder), scale)
        except Exception:
            failure = traceback.format_exc()
    return Tried(fault.name, fault.promise, round(time.monotonic() - began), figures, failure)


def described(tried: Tried) -> str:
    lines = [f"  {name:32} {value}" for name, value in tried.figures.items()]
    return "\n".join(
        [*lines, *report.indented(tried.failure), f"  {tried.result}, {tried.seconds} s"]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
