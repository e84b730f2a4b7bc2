"""How many examples a costly property is tried on."""

from hypothesis import settings


def up_to(most: int) -> int:
    """`most`, or as many as the profile has where those are fewer."""
    return min(most, settings().max_examples)
