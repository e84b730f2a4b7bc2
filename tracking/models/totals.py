"""What another service counted on each day, kept so that reports can go back before this one."""

from datetime import date

from django.db import models

from tracking.models.imports import Import
from tracking.models.sites import Site


class Totals(models.Model):
    """The daily totals that an import brought. Reports count them once they are `counted`.

    `spans` are the days that count, as pairs of their first and last, in order: those of the file
    without those on which the site has events of its own.
    """

    job = models.OneToOneField(Import, models.CASCADE, related_name="totals")
    site = models.ForeignKey(Site, models.CASCADE, related_name="totals")
    service = models.CharField(max_length=40, help_text="Who counted, as people call it.")
    counted = models.BooleanField(default=False)
    spans = models.JSONField(default=list, help_text="Pairs of the first and last day.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"totals of {self.service}"

    @property
    def days(self) -> int:
        """How many count."""
        spans = [
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in self.spans
        ]
        return sum((last - first).days + 1 for first, last in spans)

    @property
    def first(self) -> date:
        return date.fromisoformat(self.spans[0][0])

    @property
    def last(self) -> date:
        return date.fromisoformat(self.spans[-1][1])


class TotalsTable(models.Model):
    """One breakdown of them: a Parquet file, see `tracking.warehouse.imported.tables`.

    `token` is the name of the copies that processes keep of it.
    """

    totals = models.ForeignKey(Totals, models.CASCADE, related_name="tables")
    name = models.CharField(max_length=20)
    token = models.CharField(max_length=32, unique=True)
    figures = models.JSONField(default=list, help_text="The columns of figures that it has.")
    first = models.DateField(help_text="The first day that it tells of.")
    last = models.DateField(help_text="The last day that it tells of.")

    def __str__(self) -> str:
        return f"{self.name} from {self.first} to {self.last}"


class TotalsChunk(models.Model):
    """A piece of the file: in the database, so that each machine and each backup has it."""

    table = models.ForeignKey(TotalsTable, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "number"], name="one_totals_chunk_a_number")
        ]

    def __str__(self) -> str:
        return f"chunk {self.number}"
