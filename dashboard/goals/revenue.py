"""The page on which an owner says in which currency revenue is told, and by which rates."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.report.segments import today
from dashboard.room import Did, What, tell
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Site
from tracking.models.money import LEAST, validate_currency
from tracking.rates import DayRate, RatesError, store
from tracking.warehouse import Query, inquire
from tracking.warehouse.earned import Earned, Earnings

DAYS = 28
PLAIN = {
    "autocapitalize": "characters",
    "autocomplete": "off",
    "spellcheck": "false",
    "maxlength": "3",
    "placeholder": "USD",
}


class CurrencyField(forms.CharField):
    """A code of ISO 4217, in whatever case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            validators=[validate_currency],
            widget=forms.TextInput(attrs=PLAIN),
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class ReportingForm(forms.ModelForm):
    """The reporting currency of a site."""

    reporting_currency = CurrencyField(
        label="Reporting currency",
        required=False,
        help_text="Such as EUR. Empty tells each goal's revenue in its own currency, and counts no"
        " other.",
    )

    class Meta:
        model = Site
        fields = ["reporting_currency"]


class RateForm(forms.Form):
    """What a currency is worth in the reporting currency from a day on."""

    currency = CurrencyField()
    rate = forms.DecimalField(
        label="One unit is worth", min_value=LEAST, max_digits=18, decimal_places=10
    )
    day = forms.DateField(label="From this day on", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, initial={"day": today(site).isoformat()}, **kwargs)
        self.site = site
        example = "EUR" if site.reporting_currency == "USD" else "USD"
        self.fields["currency"].widget.attrs["placeholder"] = example
        self.fields["rate"].help_text = f"In {site.reporting_currency}, such as 0.92."

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        if currency == self.site.reporting_currency:
            raise forms.ValidationError("This is the reporting currency itself.")
        return currency

    @property
    def wanted(self) -> DayRate:
        given = self.cleaned_data
        return DayRate(given["currency"], given["day"], Decimal(given["rate"]))


@site_view(Right.EDIT)
def revenue(request: HttpRequest, site: Site) -> HttpResponse:
    form = ReportingForm(request.POST or None, instance=site)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            details = changed_fields(form)
            tell(request, site, Did.CHANGED, What.RATE, "Reporting currency", details=details)
        messages.success(request, "The reporting currency is saved. Past revenue is told in it.")
        return redirect("revenue", site.domain)
    site.refresh_from_db(fields=["reporting_currency"])
    return page(request, site, form, RateForm(site=site))


@site_view(Right.EDIT)
@require_POST
def add_rate(request: HttpRequest, site: Site) -> HttpResponse:
    form = RateForm(request.POST, site=site)
    if site.reporting_currency and form.is_valid():
        rate = form.wanted
        name = f"{rate.currency} from {rate.day}"
        try:
            with transaction.atomic():
                store(site, [rate])
                tell(request, site, Did.ADDED, What.RATE, name, details={"rate": str(rate.rate)})
        except RatesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The rate of {name} on is kept.")
            return redirect("revenue", site.domain)
    return page(request, site, ReportingForm(instance=site), form)


@site_view(Right.EDIT)
@require_POST
def remove_rate(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = get_object_or_404(site.rates, pk=number)
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.RATE, f"{found.currency} from {found.day}")
    messages.success(request, "The rate is removed.")
    return redirect("revenue", site.domain)


def page(
    request: HttpRequest, site: Site, form: ReportingForm, rate_form: RateForm
) -> HttpResponse:
    rates = site.rates.filter(into=site.reporting_currency)
    context = {
        "site": site,
        "online": online(site.pk),
        "form": form,
        "rate_form": rate_form,
        "rates": rates,
        "unrated": unrated(site, {rate.currency for rate in rates}, timezone.now()),
        "days": DAYS,
    }
    return render(request, "goals/revenue.html", context)


def unrated(site: Site, rated: set[str], now: datetime) -> list[Earned]:
    """The currencies of the last DAYS days that have no rate at all."""
    if not site.reporting_currency:
        return []
    last = now.astimezone(site.zone).date()
    query = Query.build(
        site=site,
        metrics=["events"],
        date_range=[(last - timedelta(days=DAYS - 1)).isoformat(), last.isoformat()],
        now=now,
    )
    known = {*rated, site.reporting_currency}
    return [each for each in inquire(Earnings(query)) if each.currency not in known]
