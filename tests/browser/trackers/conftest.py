from collections.abc import Iterator

import pytest

from tests.browser.trackers.moving import Moved, visitors
from tests.prepared import prepared
from tests.server import Server


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with prepared(Server(tmp_path_factory.mktemp("moved"))) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Moved:
    """A real server that knows site.example by its domain and by the names its old trackers have.

    All tests share it, and each sees the events of its own visitors.
    """
    return Moved(running.url, running.data, visitors(running.data))
