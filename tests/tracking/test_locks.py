import os
import subprocess
import sys

from tracking.locks import alone

HOLD = """
import sys
from pathlib import Path
from tracking.locks import alone
with alone(Path(sys.argv[1])) as free:
    print(free, flush=True)
    sys.stdin.read()
"""


def test_second_comer_is_told_and_the_next_after_the_first_is_alone_again(tmp_path):
    path = tmp_path / "folder" / "lock"

    with alone(path) as first, alone(path) as second:
        found = [first, second]
    with alone(path) as third:
        found.append(third)

    assert [True, False, True] == found


def test_killed_process_gives_its_lock_back(tmp_path):
    path = tmp_path / "lock"
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert b"True\n" == held.stdout.readline()
    with alone(path) as meanwhile:
        pass

    held.kill()
    held.wait()

    with alone(path) as afterwards:
        assert (False, True) == (meanwhile, afterwards)
