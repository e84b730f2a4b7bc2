"""Which events and visits a question is about: a tree of conditions.

A tree holds for one event together with its visit, or for a visit that has such an event.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.goals import Goal


@dataclass(frozen=True)
class Condition:
    """One dimension compared with values, of which one must fit (or none, where `negated`)."""

    comparison: str  # is, contains or matches
    dimension: Dimension
    values: tuple[str, ...]
    negated: bool = False
    case_sensitive: bool = True


@dataclass(frozen=True)
class Reached:
    """That the event reaches one of these goals."""

    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Done:
    """That the visit has an event in the period for which the tree holds, whichever it is."""

    of: "Filter"


@dataclass(frozen=True)
class All:
    of: tuple["Filter", ...]


@dataclass(frozen=True)
class Any:
    of: tuple["Filter", ...]


@dataclass(frozen=True)
class Not:
    of: "Filter"


Leaf = Condition | Reached
Filter = Leaf | Done | All | Any | Not


def leaves(tree: Filter, inside_done: bool = True) -> Iterator[Leaf]:
    """The conditions and goals of a tree; without those of `Done` only what the event itself is."""
    match tree:
        case Condition() | Reached():
            yield tree
        case Done(of):
            if inside_done:
                yield from leaves(of)
        case Not(of):
            yield from leaves(of, inside_done)
        case All(of) | Any(of):
            for child in of:
                yield from leaves(child, inside_done)


def conditions(tree: Filter) -> Iterator[Condition]:
    return (leaf for leaf in leaves(tree) if isinstance(leaf, Condition))


def dimensions_of(tree: Filter) -> list[Dimension]:
    """What the event and its visit are themselves asked for."""
    found = leaves(tree, inside_done=False)
    return [leaf.dimension for leaf in found if isinstance(leaf, Condition)]


def is_about_events(tree: Filter) -> bool:
    """Whether it asks for what differs among the events of a visit."""
    return any(
        isinstance(leaf, Reached) or leaf.dimension.scope is Scope.EVENT
        for leaf in leaves(tree, inside_done=False)
    )


def asks_for_scrolling(tree: Filter) -> bool:
    """Whether engagement can be what it holds for, because of a goal."""
    found = leaves(tree, inside_done=False)
    return any(goal.is_scroll for leaf in found if isinstance(leaf, Reached) for goal in leaf.goals)


def of_loads(tree: Filter) -> All:
    """The tree as one of loaded pages: what only other events can be is asked of their visit."""
    outermost = tree.of if isinstance(tree, All) else (tree,)
    return All(tuple(Done(each) if _is_of_other_events(each) else each for each in outermost))


def _is_of_other_events(tree: Filter) -> bool:
    return any(
        isinstance(leaf, Reached) or leaf.dimension.column == "name"
        for leaf in leaves(tree, inside_done=False)
    )


def rewritten(tree: Filter, change: Callable[[Condition], Condition]) -> Filter:
    """The same tree with each condition on the event or its visit changed."""
    match tree:
        case Condition():
            return change(tree)
        case Reached() | Done():
            return tree
        case Not(of):
            return Not(rewritten(of, change))
        case All(of):
            return All(tuple(rewritten(child, change) for child in of))
        case Any(of):
            return Any(tuple(rewritten(child, change) for child in of))


def on_entry(condition: Condition) -> Condition:
    """The condition on a page or hostname as one on where the visit entered."""
    if not condition.dimension.entry:
        return condition
    entry = replace(
        condition.dimension, scope=Scope.WHOLE_VISIT, column=condition.dimension.entry, entry=""
    )
    return replace(condition, dimension=entry)


def has_done(tree: Filter) -> bool:
    """Whether it asks what else a visit has done."""
    match tree:
        case Done():
            return True
        case Not(of):
            return has_done(of)
        case All(of) | Any(of):
            return any(map(has_done, of))
    return False
