"""Whether dashboards were told what is stored: each visit once, in order, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

Ends = Counter[int | str]


@dataclass(frozen=True)
class Told:
    """What dashboards were told that followed from the first visit on.

    `late` is in seconds, from when the last visit was accepted until all dashboards knew; `ends`
    says how their lines ended, by the code of the close.
    """

    visits: int
    dashboards: int
    missed: int
    repeated: int
    out_of_order: int  # dashboards
    not_stored: int
    late: float
    ends: Ends = field(default_factory=Counter)

    def check(self) -> "Told":
        """Raise AssertionError unless each dashboard was told each stored visit once, in order."""
        wrong = (self.missed, self.repeated, self.out_of_order, self.not_stored)
        assert (0, 0, 0, 0) == wrong, self
        assert self.visits > 0, self
        return self


def told(
    visits: Sequence[int],
    dashboards: Sequence[Sequence[int]],
    late: float = 0,
    ends: Ends | None = None,
) -> Told:
    """`visits` are the ids of those stored; `dashboards` those that each was told, as they came."""
    stored = set(visits)
    return Told(
        visits=len(stored),
        dashboards=len(dashboards),
        missed=sum(len(stored - set(ids)) for ids in dashboards),
        repeated=sum(len(ids) - len(set(ids)) for ids in dashboards),
        out_of_order=sum(list(ids) != sorted(ids) for ids in dashboards),
        not_stored=sum(len(set(ids) - stored) for ids in dashboards),
        late=late,
        ends=ends or Counter(),
    )
