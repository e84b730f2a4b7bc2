"""What the models refuse, in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dashboard.api.errors import ApiError


@contextmanager
def saving() -> Iterator[None]:
    """A transaction, of which a refusal becomes an `ApiError` with the models' own sentences."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise ApiError(400, " ".join(error.messages)) from None
    except IntegrityError:
        # Two requests at once passed the checks with the same; one of them was first.
        raise ApiError(409, "Another request has just saved the same. Ask again.") from None
