from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _forget_tries() -> Iterator[None]:
    """Tries of one test do not count in the next."""
    yield
    cache.clear()
