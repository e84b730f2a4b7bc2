import pytest

from tests.confirming import ConfirmedClient


@pytest.fixture
def client() -> ConfirmedClient:
    """Whoever is signed in here by force may do what is sensitive at once.

    Tests of being asked again have a plain client of their own.
    """
    return ConfirmedClient()
