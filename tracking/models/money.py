"""Currencies, and what money in one is worth in another."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

CURRENCY = re.compile(r"[A-Z]{3}\Z")
LEAST = Decimal("0.0000000001")


def validate_currency(code: str) -> None:
    if not CURRENCY.match(code):
        raise ValidationError("Enter a currency's code of three letters such as EUR.")


class ExchangeRate(models.Model):
    """What one unit of `currency` is worth in the currency `into`, from a day on.

    It holds until the day of the next one, in the time zone of the site.
    """

    site = models.ForeignKey("Site", models.CASCADE, related_name="rates")
    currency = models.CharField(max_length=3, validators=[validate_currency])
    into = models.CharField(max_length=3, validators=[validate_currency])
    day = models.DateField()
    rate = models.DecimalField(
        max_digits=18, decimal_places=10, validators=[MinValueValidator(LEAST)]
    )

    class Meta:
        ordering = ["currency", "-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "into", "currency", "day"], name="one_rate_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.plain} {self.into} from {self.day}"

    @property
    def plain(self) -> str:
        """The rate without zeros at its end."""
        return f"{Decimal(self.rate).normalize():f}"
