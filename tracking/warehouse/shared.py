"""Relations that several parts of a statement read."""

from collections import Counter
from collections.abc import Callable, Hashable

from tracking.warehouse.dialect import Dialect


class Shared:
    """They have names, by what they are, and stand before the statement, in its WITH."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._relations: dict[Hashable, str] = {}
        self._uses: Counter[Hashable] = Counter()

    def name(self, what: Hashable, relation: Callable[[], str]) -> str:
        """The name of a relation, which is made when it is first asked for."""
        if what not in self._relations:
            self._relations[what] = relation()
        self._uses[what] += 1
        return f"chosen_{list(self._relations).index(what)}"

    def clauses(self) -> list[str]:
        return [
            self._dialect.read_once(f"chosen_{position}", relation)
            if self._uses[what] > 1
            else f"chosen_{position} AS ({relation})"
            for position, (what, relation) in enumerate(self._relations.items())
        ]
