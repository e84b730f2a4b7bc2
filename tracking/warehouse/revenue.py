"""Amounts of money: one currency a figure, that of the goals which are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tracking.warehouse.goals import Goal

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Money:
    """An amount to three decimals in a currency, an ISO 4217 code."""

    value: Decimal
    currency: str


@dataclass(frozen=True)
class MetricWarning:
    """Why figures are None, or not whole.

    `code` is Plausible's word where it has one, `sentence` is for people.
    """

    code: str
    sentence: str


NO_GOALS = MetricWarning(
    "no_revenue_goals_matching",
    "Revenue is not known: the question is about no goal that has a currency.",
)
SEVERAL_CURRENCIES = MetricWarning(
    "no_single_revenue_currency",
    "Revenue is not known: the goals have several currencies; ask by 'event:goal'.",
)


@dataclass(frozen=True)
class LeftOut:
    """How many amounts in a currency no figure has, for want of a rate."""

    currency: str
    amounts: int


def left_out_warning(left_out: Sequence[LeftOut], into: str) -> MetricWarning:
    told = ", ".join(
        f"{each.amounts:,} amount{'' if each.amounts == 1 else 's'} in {each.currency}"
        for each in left_out
    )
    return MetricWarning(
        "revenue_without_rate",
        f"Left out of the revenue: {told}. There is no rate into {into} for their days.",
    )


def money(amount: float | Decimal | None, currency: str) -> Money | None:
    """The amount, nothing taken for 0; None where there is no currency."""
    if not currency:
        return None
    return Money(Decimal(str(amount or 0)).quantize(THOUSANDTH, ROUND_HALF_UP), currency)


def currencies(goals: tuple[Goal, ...]) -> set[str]:
    return {goal.currency for goal in goals if goal.currency}


def revenue_warning(goals: tuple[Goal, ...], by_goal: bool, converts: bool) -> MetricWarning | None:
    """What keeps the revenue of these goals, each apart or all together, from being known.

    Where a site `converts` its revenue, all of it has one currency.
    """
    found = currencies(goals)
    if not found:
        return NO_GOALS
    return SEVERAL_CURRENCIES if len(found) > 1 and not by_goal and not converts else None
