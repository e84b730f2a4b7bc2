"""Tests of the server as it is deployed."""

import pytest

from tests.browser.conftest import browser as browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/stack/" in item.nodeid:
            item.add_marker("stack")
