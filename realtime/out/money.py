"""What the event that reached a goal earned, as live events tell it."""

from decimal import Decimal
from typing import Any

from tracking.models import Event, Site
from tracking.warehouse.currencies import converted
from tracking.warehouse.goals import Goal


def money_fields(row: Event, goal: Goal) -> dict[str, Any]:
    """`paid` as the event has it, and `revenue` as reports tell it; null where there is none.

    That is in the site's reporting currency as things stand, by the rate of the event's day. A site
    without one counts the revenue in the goal's own currency and no other.
    """
    amount, currency = row.revenue_amount, row.revenue_currency
    if amount is None or not currency or not goal.currency:
        return {"revenue": None, "paid": None}
    paid = Decimal(amount)
    # Anew, because streams are open for longer than a currency is chosen.
    site = Site.objects.get(pk=row.site_id)
    if into := site.reporting_currency:
        worth = converted(site, paid, currency, row.time)
        revenue = None if worth is None else money(worth, into)
    else:
        revenue = money(paid, currency) if currency == goal.currency else None
    return {"revenue": revenue, "paid": money(paid, currency)}


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    return {"value": float(amount), "currency": currency}
