"""The shapes in which the server runs, made and started for a fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.one_server import OneServer
from tests.faults.processes import OneProcess
from tests.prepared import prepared

ONE_PROCESS, ONE_SERVER = "one process", "one server"
SHAPES = (ONE_PROCESS, ONE_SERVER)

Shape = OneProcess | OneServer


@contextmanager
def served(shape: str, folder: Path, **environment: str) -> Iterator[Shape]:
    """The running server, with the people and sites of `tests.prepared`."""
    if shape == ONE_PROCESS:
        with prepared(OneProcess(folder, **environment)) as process:
            yield process
    else:
        with OneServer(folder, **environment) as server:
            yield server
