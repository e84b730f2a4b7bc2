"""The one-server shape, one for all tests here: each has a site of its own."""

from collections.abc import Iterator

import pytest

from tests.faults.kill import killed
from tests.faults.one_server import OneServer
from tests.faults.queue_dead import dead

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    with OneServer(tmp_path_factory.mktemp("one-server")) as server:
        yield server


def test_hits_and_feed_are_whole_whatever_is_killed(one_server):
    found = killed(one_server, seconds=10, pause=1, rate=80, least=51, domain="example.com")

    assert found.told.visits > 50


def test_hits_are_taken_without_a_queue_and_told_once_it_is_back(one_server):
    found = dead(one_server, seconds=5, rate=80, dashboards=3, domain="other.example")

    assert (0, 0) == (found.hits.unavailable, found.hits.unanswered)
