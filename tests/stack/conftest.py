"""The shape on one server, running, for the tests of a module."""

from collections.abc import Iterator

import httpx
import pytest

from tests.browser.conftest import browser as browser
from tests.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/stack/" in item.nodeid:
            item.add_marker("stack")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """Speaks to nginx."""
    with httpx.Client(base_url=stack.url, verify=stack.tls, http2=True, timeout=60) as client:
        yield client
