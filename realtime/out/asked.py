"""What a program asks for that wants to hear live events."""

from collections.abc import Mapping
from dataclasses import dataclass

from realtime.out.events import Position
from realtime.out.models import Kind


@dataclass(frozen=True)
class Asked:
    """Events of these kinds after a position; None is from now on."""

    kinds: frozenset[str]
    position: Position | None

    @classmethod
    def read(cls, parameters: Mapping[str, str], last_id: str = "") -> "Asked":
        """Of `types` and `cursor`; a `last_id` goes before the cursor. Raises ValueError with a
        sentence."""
        kinds = frozenset(parameters.get("types", ",".join(Kind.values)).split(","))
        if unknown := kinds - set(Kind.values):
            raise ValueError(
                f"The types are {', '.join(Kind.values)}, and not {min(unknown)!r:.40}."
            )
        cursor = last_id or parameters.get("cursor", "")
        try:
            return cls(kinds, Position.parse(cursor) if cursor else None)
        except ValueError:
            raise ValueError("The cursor must be the id of a live event.") from None
